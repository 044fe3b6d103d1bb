"""The project: settings, addresses and the Celery application. It wires the four apps and holds no behaviour."""

from socialvideo.celery import app as celery_app

__all__ = ["celery_app"]
