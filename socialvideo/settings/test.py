"""The test suite: the production code paths on throw-away servers, with cheap passwords."""

from socialvideo.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
DEMO_ALLOWED = True
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
# Tests empty tables whose rows no ordinary statement may drop at once.
DATABASES["default"]["OPTIONS"]["options"] = "-c socialvideo.may_truncate=tests"  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None  # nothing is collected
WHITENOISE_AUTOREFRESH = True
ACCOUNT_RATE_LIMITS = False
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"anon": None, "user": None, "auth": None, "upload": None, "report": None}  # noqa: F405
KEEP_FREE_BYTES = 0
FOLLOWS_PER_HOUR = 10**6  # faster than a hand; what slows them sets its own
