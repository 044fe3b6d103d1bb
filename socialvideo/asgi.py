"""The site's event streams as an ASGI application, in a process of their own; pages and API are `wsgi.py`."""

import os
import resource

import django

from socialvideo.commandline import plain_settings_errors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialvideo.settings.production")
with plain_settings_errors():
    django.setup()

from socialvideo.lib.streams import Streams

# Every stream is an open file; the usual limit of 1,024 is there for the sake of programs that are older than poll().
_, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_most, _most))

application = Streams()
