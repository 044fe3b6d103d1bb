"""A public site. Refuses to start without its secrets and host names."""

from socialvideo.settings.base import *  # noqa: F403
from socialvideo.settings.base import EMAIL_VERIFICATION, env, validate

SECRET_KEY = env.str(
    "SECRET_KEY", validate=validate.Length(min=40, error="At least {min} random characters are needed.")
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", validate=validate.Length(min=1, error="Name at least one host."))
SITE_URL = env.str("SITE_URL", f"https://{ALLOWED_HOSTS[0].lstrip('*.')}")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [f"https://{host}" for host in ALLOWED_HOSTS])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 30 * 24 * 3600)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # neighbours below our domain are not ours to bind
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
ACCOUNT_EMAIL_VERIFICATION = env.str("ACCOUNT_EMAIL_VERIFICATION", "mandatory", validate=EMAIL_VERIFICATION)
mail = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
if mail["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    mail["EMAIL_BACKEND"] = "socialvideo.lib.mail.EmailBackend"
vars().update(mail)
