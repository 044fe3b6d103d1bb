#!/usr/bin/env python
"""Django's command line. Settings are the development ones unless the environment says otherwise."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialvideo.settings.dev")
    from socialvideo.commandline import execute

    sys.exit(execute(sys.argv))


if __name__ == "__main__":
    main()
