"""The site beside the libraries it is measured against, on one database."""

from socialvideo.settings.test import *  # noqa: F403

DATABASES["default"]["CONN_MAX_AGE"] = None  # noqa: F405
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False  # noqa: F405
INSTALLED_APPS = [*INSTALLED_APPS, "friendship", "actstream", "benchmarks.by_hand"]  # noqa: F405

# Clients follow as fast as they can: the brake counts, and stops nobody.
FOLLOWS_PER_HOUR = 10**6
