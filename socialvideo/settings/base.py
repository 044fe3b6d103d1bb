"""What every environment shares. Values come from the environment, checked while they are read; the other
settings files only say what differs. DATABASE_URL and REDIS_URL are required: `make run` and `make test` set
them to servers of their own when nobody else did."""

from pathlib import Path

from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django_guid.integrations import CeleryIntegration
from environs import Env, validate

from socialvideo.lib.patience import Patience
from socialvideo.settings import bucket

env = Env()
POSITIVE = validate.Range(min=1)
NOT_NEGATIVE = validate.Range(min=0)
BASE_DIR = Path(__file__).resolve().parent.parent.parent

# --- The site in the operator's words -------------------------------------------------------------------------
SITE_NAME = env.str("SITE_NAME", "Socialvideo")
SIGNUP_MODE = env.str("SIGNUP_MODE", "open", validate=validate.OneOf(["open", "invite", "closed"]))
MINIMUM_AGE = env.int("MINIMUM_AGE", 13, validate=NOT_NEGATIVE)  # years; younger people cannot sign up
PRIVATE_UNDER_AGE = env.int("PRIVATE_UNDER_AGE", 16, validate=NOT_NEGATIVE)  # years; younger ones start private
ADULT_AGE = env.int("ADULT_AGE", 18, validate=NOT_NEGATIVE)  # years; videos for adults are kept from younger ones
SUSPEND_ALONE_FOLLOWERS = env.int("SUSPEND_ALONE_FOLLOWERS", 10_000, validate=NOT_NEGATIVE)  # with more, two decide
FOLLOW_LIMIT = env.int("FOLLOW_LIMIT", 7500, validate=POSITIVE)  # accounts one account may follow, requests included
# Brakes against storms, see docs/operations.md; 0: none. Whatever was accepted before stands.
FOLLOWS_PER_HOUR = env.int("FOLLOWS_PER_HOUR", 200, validate=NOT_NEGATIVE)  # by taps; then 429
LISTED_FOLLOWS_PER_MINUTE = env.int("LISTED_FOLLOWS_PER_MINUTE", 2000, validate=NOT_NEGATIVE)  # of imports
COMMENTS_PER_MINUTE = env.int("COMMENTS_PER_MINUTE", 10, validate=NOT_NEGATIVE)
SAME_COMMENTS_PER_HOUR = env.int("SAME_COMMENTS_PER_HOUR", 4, validate=NOT_NEGATIVE)  # of a text of some length
MENTIONS_PER_HOUR = env.int("MENTIONS_PER_HOUR", 30, validate=NOT_NEGATIVE)  # strangers who are told; others, later
COPIES_PER_DAY = env.int("COPIES_PER_DAY", 5, validate=NOT_NEGATIVE)  # uploads of a file that is here; then flagged
# Days in which one may take back the deletion of one's account. At least one: meanwhile nobody acts for the account.
DELETE_AFTER_DAYS = env.int("DELETE_AFTER_DAYS", 30, validate=POSITIVE)
KEEP_ARCHIVES_DAYS = env.int("KEEP_ARCHIVES_DAYS", 7, validate=POSITIVE)  # in which one's data can be downloaded
# How long what happened is kept, in days; 0: as long as the account.
KEEP_INBOX_DAYS = env.int("KEEP_INBOX_DAYS", 0, validate=NOT_NEGATIVE)  # of new videos; older ones are read, not lost
KEEP_WATCHES_DAYS = env.int("KEEP_WATCHES_DAYS", 0, validate=NOT_NEGATIVE)  # since the last time; views stay counted
KEEP_NOTIFICATIONS_DAYS = env.int("KEEP_NOTIFICATIONS_DAYS", 0, validate=NOT_NEGATIVE)
KEEP_FOLLOW_EVENTS_DAYS = env.int(
    "KEEP_FOLLOW_EVENTS_DAYS", 0, validate=NOT_NEGATIVE
)  # but what may still be asked for
KEEP_VIDEO_EVENTS_DAYS = env.int(
    "KEEP_VIDEO_EVENTS_DAYS", 90, validate=NOT_NEGATIVE
)  # of what is counted; figures stay
KEEP_NOTICES_DAYS = env.int("KEEP_NOTICES_DAYS", 180, validate=POSITIVE)  # who reported without an account
KEEP_REMOVED_PRINTS_DAYS = env.int("KEEP_REMOVED_PRINTS_DAYS", 0, validate=NOT_NEGATIVE)  # to know removed videos
KEEP_BATCHES_DAYS = env.int("KEEP_BATCHES_DAYS", 90, validate=POSITIVE)  # in which acts on many follows can be undone
MAX_VIDEO_SECONDS = env.int("MAX_VIDEO_SECONDS", 180, validate=POSITIVE)
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", 512 * 1024 * 1024, validate=POSITIVE)
UPLOAD_QUOTA_BYTES = env.int("UPLOAD_QUOTA_BYTES", 20 * 1024**3, validate=NOT_NEGATIVE)  # of one account; 0: no limit
UPLOADS_PER_DAY = env.int("UPLOADS_PER_DAY", 100, validate=POSITIVE)  # of one account
UPLOAD_DAYS = env.int("UPLOAD_DAYS", 7, validate=POSITIVE)  # without a further byte an upload is given up
KEEP_FREE_BYTES = env.int("KEEP_FREE_BYTES", 2 * 1024**3, validate=NOT_NEGATIVE)  # of the disk that uploads come to
KEEP_DELETED_DAYS = env.int("KEEP_DELETED_DAYS", 30, validate=POSITIVE)  # in which a video's deletion can be undone
KEEP_ORIGINALS = env.bool("KEEP_ORIGINALS", True)  # without them: no other cover, no retry once all is made
MAX_IMPORT_BYTES = env.int("MAX_IMPORT_BYTES", 32 * 1024 * 1024, validate=POSITIVE)  # of a file of follows
# Followers above which a video is read, not written, to feeds; 0: never.
PULL_ONLY_ABOVE = env.int("PULL_ONLY_ABOVE", 0, validate=NOT_NEGATIVE)
FANOUT_CHUNK = env.int("FANOUT_CHUNK", 20_000, validate=POSITIVE)  # followers told in one transaction
# What scores the candidates of For You: a function, see feeds/ranking.py (Ranker).
FOR_YOU_RANKER = env.str("FOR_YOU_RANKER", "feeds.ranking.rank")
AUDIT_EVERY_SECONDS = env.int("AUDIT_EVERY_SECONDS", 600, validate=POSITIVE)  # how often the promises are checked
STANDSTILL_SECONDS = env.int("STANDSTILL_SECONDS", 120, validate=POSITIVE)  # of a queue or sweep: /readyz fails
# Where the site is, for links in mail; production takes the first of ALLOWED_HOSTS.
SITE_URL = env.str(
    "SITE_URL", "http://localhost:8000", validate=validate.Regexp(r"https?://[^/]+$", error="Not an origin.")
)
# Web push. The key is 32 bytes in URL-safe base64; without it the site makes one and keeps it in the database. The
# contact is told to push services: mailto: or https:; without it DEFAULT_FROM_EMAIL.
VAPID_PRIVATE_KEY = env.str(
    "VAPID_PRIVATE_KEY", "", validate=validate.Regexp(r"([A-Za-z0-9_-]{43})?$", error="Not such a key.")
)
PUSH_CONTACT = env.str(
    "PUSH_CONTACT", "", validate=validate.Regexp("(mailto:.+@.+|https://.+)?$", error="Not a contact.")
)
# Hosts, with those below them, that push messages may be sent to; or whole origins. Nothing else is ever asked.
PUSH_SERVICES: list[str] = env.list(
    "PUSH_SERVICES", ["fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"]
)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # who may read /metrics; empty: this machine alone, and no proxy in front
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0, validate=NOT_NEGATIVE)  # in front, each adding to X-Forwarded-For
X_ACCEL_MEDIA_PREFIX = env.str("X_ACCEL_MEDIA_PREFIX", "")  # internal location of the proxy that serves media files
DEMO_ALLOWED = False  # whether `manage.py demo` may make accounts with known passwords

# --- Django ---------------------------------------------------------------------------------------------------
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
ROOT_URLCONF = "socialvideo.urls"
WSGI_APPLICATION = "socialvideo.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = 1

INSTALLED_APPS = [
    "feeds",
    "videos",
    "follows",
    "accounts",
    "socialvideo.lib",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.sitemaps",
    "django.contrib.flatpages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "django_guid",
    "django_htmx",
    "template_partials",
    "pgtrigger",
    "csp",
    "storages",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "socialvideo.lib.desk.DeskPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "socialvideo.lib.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "socialvideo.lib.redirects.LoginMiddleware",
    "socialvideo.lib.zones.ZoneMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "socialvideo.lib.context.site",
                "feeds.context.navigation",
            ],
        },
    },
]

# --- PostgreSQL, Redis, Celery --------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://…): the promises live in it.")
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", validate=validate.Regexp("(redis|rediss|unix)://", error="Not a Redis address."))
CACHES = {
    "default": {
        "BACKEND": "socialvideo.lib.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "socialvideo",
        # Nothing in Redis is the only copy of anything: without it, pages are slower, not broken.
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 0.5,
            "CONNECTION_POOL_KWARGS": {"retry": Patience()},
        },
    }
}
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

# Event streams, /live/ (socialvideo/asgi.py). A proxy in front sends that path to their process; without one, its port.
LIVE_PORT = env.int("LIVE_PORT", 0, validate=NOT_NEGATIVE)
LIVE_BEAT_SECONDS = env.int("LIVE_BEAT_SECONDS", 15, validate=POSITIVE)  # longer silence looks like death
LIVE_LOOKUP_SECONDS = env.int("LIVE_LOOKUP_SECONDS", 180, validate=POSITIVE)  # who logged out hears no more

# Celery has a spelling of its own for a socket: unix:///path?db=0 is redis+socket:///path?virtual_host=0 there.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A hint is worth half a second, not a page: the sweep finds every row that it would have named.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 5,
    "max_retries": 0,
    "visibility_timeout": 3600,
    "queue_order_strategy": "priority",
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "feeds.tasks.*fan_out*": {"queue": "fanout"},
    "videos.tasks.process*": {"queue": "media"},
    "videos.tasks.*_prints": {"queue": "media"},
    "accounts.tasks.make_archive": {"queue": "media"},
    # Other people's servers, push and mail, may keep a worker waiting.
    "feeds.tasks.*push*": {"queue": "outgoing"},
    "feeds.tasks.*digest*": {"queue": "outgoing"},
    "feeds.tasks.*letter*": {"queue": "outgoing"},
}
# The sweeps: whatever a lost hint would have named is found by them within seconds.
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in {
        "accounts.tasks.sweep_erasures": 60,
        "accounts.tasks.sweep_archives": 10,
        "accounts.tasks.clear_sessions": 3600,
        "follows.tasks.fold_counts": 10,
        "follows.tasks.roll_tallies": 60,
        "follows.tasks.sweep_batches": 10,
        "follows.tasks.sweep_imports": 3600,
        "follows.tasks.prune_batches": 3600,
        "follows.tasks.prune_events": 3600,
        "videos.tasks.sweep_processing": 10,
        "videos.tasks.sweep_bucket": 3600,
        "videos.tasks.sweep_uploads": 10,
        "videos.tasks.sweep_deleted": 60,
        "videos.tasks.sweep_prints": 60,
        "videos.tasks.roll_tallies": 60,
        "videos.tasks.prune_events": 3600,
        "videos.tasks.prune_watches": 3600,
        "videos.tasks.prune_notices": 3600,
        "videos.tasks.lift_due": 10,
        "feeds.tasks.sweep_fan_outs": 10,
        "feeds.tasks.consume_outbox": 10,
        "feeds.tasks.fold_reach": 10,
        "feeds.tasks.tell_held_mentions": 60,
        "feeds.tasks.sweep_pushes": 10,
        "feeds.tasks.sweep_digests": 10,
        "feeds.tasks.sweep_letters": 10,
        "feeds.tasks.prune_pushes": 3600,
        "feeds.tasks.prune_inbox": 3600,
        "feeds.tasks.prune_notifications": 3600,
        "feeds.tasks.prune_digests": 3600,
        "feeds.tasks.prune_letters": 3600,
        "feeds.tasks.compute_heat": 300,
        "feeds.tasks.compute_tastes": 300,
        "feeds.tasks.compute_related": 600,
        "feeds.tasks.count_sources": 600,
        "feeds.tasks.prune_figures": 3600,
        "feeds.tasks.audit": AUDIT_EVERY_SECONDS,
    }.items()
}
# Every queue gets something to do all the time, so that one to which nobody listens is noticed (feeds/pulses.py).
QUEUES = sorted({CELERY_TASK_DEFAULT_QUEUE, *(route["queue"] for route in CELERY_TASK_ROUTES.values())})
CELERY_BEAT_SCHEDULE |= {
    f"heartbeat of {queue}": {
        "task": "feeds.tasks.heartbeat",
        "schedule": 10,
        "options": {"queue": queue, "expires": STANDSTILL_SECONDS},
    }
    for queue in QUEUES
}
CELERY_TIMEZONE = "UTC"

# --- Accounts -------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["accounts.backends.PresentAccounts"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES  # rate limits go by the visitor's address
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
EMAIL_VERIFICATION = validate.OneOf(["mandatory", "optional", "none"])
ACCOUNT_EMAIL_VERIFICATION = env.str("ACCOUNT_EMAIL_VERIFICATION", "optional", validate=EMAIL_VERIFICATION)
ACCOUNT_EMAIL_NOTIFICATIONS = True  # the old address learns of a new password or address
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one counts once it is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # the password again before the e-mail address changes
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "add_email": "accounts.forms.ChangeEmailForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
ACCOUNT_SIGNUP_REDIRECT_URL = reverse_lazy("feeds:interests")

# --- Files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
# Small already, or asked for by nobody but a debugger: compressing these takes longer than everything else.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "webp", "woff", "woff2", "map", "md", "txt")
MEDIA_URL = "/media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", BASE_DIR / ".local" / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "socialvideo.lib.static_files.Static"},
}
# In a bucket instead, where one is named; what its settings are is in bucket.py. Browsers then send uploads to it in
# signed parts, and read media by addresses that are signed at each request: who may not watch any more can use what
# they were given for so many seconds.
MEDIA_ADDRESS_SECONDS = env.int("MEDIA_ADDRESS_SECONDS", 60, validate=validate.Range(min=10))
S3 = bucket.options(env)
if S3["bucket_name"]:
    STORAGES["default"] = {"BACKEND": "socialvideo.lib.bucket.Bucket", "OPTIONS": S3}
BUCKET_ORIGINS = bucket.origins(S3) if S3["bucket_name"] else []
FILE_UPLOAD_HANDLERS = [
    "socialvideo.lib.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Safety ---------------------------------------------------------------------------------------------------
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *BUCKET_ORIGINS],
        "media-src": [SELF, "blob:", *BUCKET_ORIGINS],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF, *([f"*:{LIVE_PORT}"] if LIVE_PORT else []), *BUCKET_ORIGINS],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    },
}
# The desk's own scripts (Alpine) evaluate expressions and set styles; the exception ends at its addresses.
DESK_CONTENT_SECURITY_POLICY = {"script-src": [SELF, "'unsafe-eval'"], "style-src": [SELF, "'unsafe-inline'"]}

# --- The moderators' desk ---------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": f"{SITE_NAME} desk",
    "SITE_HEADER": SITE_NAME,
    "SITE_SUBHEADER": "Moderators' desk",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "SIDEBAR": {"show_search": True, "show_all_applications": False},
    "SITE_ICON": lambda request: static("icons/favicon.svg"),
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 275)",
            "100": "oklch(94% .03 275)",
            "200": "oklch(89% .058 275)",
            "300": "oklch(82% .1 275)",
            "400": "oklch(74% .13 275)",
            "500": "oklch(62% .19 275)",
            "600": "oklch(53% .215 275)",
            "700": "oklch(47% .21 275)",
            "800": "oklch(40% .18 275)",
            "900": "oklch(34% .14 275)",
            "950": "oklch(27% .1 275)",
        }
    },
    "STYLES": [lambda request: static("desk/desk.css")],
    "SCRIPTS": [lambda request: static("desk/desk.js")],
}

# --- API ------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_PARSER_CLASSES": [
        "socialvideo.lib.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": "120/min",
        "user": "600/min",
        "auth": "10/min",
        "upload": "600/min",
        "report": "30/hour",
    },
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Socialvideo API",
    "DESCRIPTION": "Everything the pages do, as JSON: the same reads, the same writes.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "VideoState": "videos.models.Video.State",
        "FanoutState": "videos.models.Publication.Fanout",
        "EdgeState": "follows.models.Follow.State",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Words, times, logs ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # each by its own name; `make messages` collects what is to be said
LOCALE_PATHS = [BASE_DIR / "socialvideo" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "socialvideo@localhost")
LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]))
# A line for people, or a JSON object for machines, in which request_id leads from an answer's X-Request-ID to the records of
# its request and of the tasks that it hinted at.
LOG_FORMAT = env.str("LOG_FORMAT", "line", validate=validate.OneOf(["line", "json"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request": {"()": "django_guid.log_filters.CorrelationId"},
        "task": {"()": "socialvideo.lib.logs.TaskFilter"},
    },
    "formatters": {
        "line": {"format": "{levelname} {name}: {message}", "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "{levelname}{name}{message}{correlation_id}{task}{task_id}",
            "style": "{",
            "timestamp": True,
            "rename_fields": {"levelname": "level", "name": "logger", "correlation_id": "request_id"},
        },
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request", "task"]},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django_guid": {"level": "WARNING"}},  # it tells of every id that it makes
}
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "EXPOSE_HEADER": False,
    "INTEGRATIONS": [CeleryIntegration(use_django_logging=LOG_FORMAT == "json")],
}
