"""The site's event streams as an ASGI application, in a process of their own; pages and API are `wsgi.py`."""

import os

import django

from socialvideo.commandline import plain_settings_errors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialvideo.settings.production")
with plain_settings_errors():
    django.setup()

from socialvideo.lib.streams import Streams

application = Streams()
