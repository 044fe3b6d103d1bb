"""The site as a WSGI application: pages and API."""

import os

from django.core.wsgi import get_wsgi_application

from socialvideo.commandline import plain_settings_errors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialvideo.settings.production")
with plain_settings_errors():
    application = get_wsgi_application()
