"""`make run`: the whole site on one machine, behind the real server. DEBUG=1 shows tracebacks and reloads code."""

from socialvideo.local.folder import CHECKOUT

CHECKOUT.set_defaults()  # manage.py finds the servers of `make run` unless DATABASE_URL and REDIS_URL name others

from socialvideo.settings.base import *  # noqa: E402, F403
from socialvideo.settings.base import BASE_DIR, env  # noqa: E402

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "only-for-development-never-for-a-public-site")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["*"])
INTERNAL_IPS = ["127.0.0.1"]
DEMO_ALLOWED = True
STATIC_ROOT = CHECKOUT.path / "static"  # collected at each start: what is tried is what a public site serves
if DEBUG:
    WHITENOISE_USE_FINDERS = True
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# Mail lands in files instead of leaving the machine.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / ".local" / "mail"
