"""`python -m socialvideo.local run`: what `make run` calls once the packages are there."""

import sys

from socialvideo.local.errors import LocalError
from socialvideo.local.run import run

if __name__ == "__main__":
    if sys.argv[1:] != ["run"]:
        sys.exit("usage: python -m socialvideo.local run")
    try:
        run()
    except LocalError as error:
        sys.exit(f"make run: {error}")
    except OSError as error:
        sys.exit(f"make run: {error.strerror}: {error.filename}")
