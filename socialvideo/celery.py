"""Celery: hints for workers. A task names a row and a worker looks whether there is something to do; a hint that is
lost, doubled or late changes nothing, because the sweeps find the same rows."""

import logging
import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.loaders.app import AppLoader
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError

from socialvideo.commandline import plain_settings_errors
from socialvideo.lib.patience import Patience

logger = logging.getLogger(__name__)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialvideo.settings.dev")


class HintTask(DjangoTask):
    """A task whose sender never fails: a broker that is away is logged and left to the sweep.

    `coalesced=True`, for a task that looks for all there is to do: while one hint is under way, others are spared. It
    counts as arrived before the task begins to look, so what is committed later has a hint of its own."""

    Request = "socialvideo.worker_request:OutspokenRequest"
    coalesced = False
    under_way_seconds = 10  # a hint that was lost holds others back for no longer

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        transaction.on_commit(lambda: self._hint(*args, **kwargs), robust=True)

    def _hint(self, *args: Any, **kwargs: Any) -> None:
        if Patience.is_out():
            logger.warning("No hint of %s: Redis did not answer just now", self.name)
        elif not self.coalesced or cache.add(self._under_way, 1, timeout=self.under_way_seconds):
            self._send(*args, **kwargs)

    def _send(self, *args: Any, **kwargs: Any) -> None:
        try:
            self.delay(*args, **kwargs)
        except OperationalError:
            if self.coalesced:
                cache.delete(self._under_way)
            Patience.run_out()
            raise

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        if self.coalesced:
            cache.delete(self._under_way)

    @property
    def _under_way(self) -> str:
        return f"hint:{self.name}"


class Loader(AppLoader):
    def config_from_object(self, obj: Any, silent: bool = False) -> Any:
        with plain_settings_errors():
            return super().config_from_object(obj, silent)


class App(Celery):
    """Whoever sends a hint waits for the broker no longer than for the cache. A worker does, for there it blocks."""

    def connection_for_write(self, url: str | None = None, **options: Any) -> Any:
        options["transport_options"] = {"socket_timeout": 0.5} | (options.get("transport_options") or {})
        return super().connection_for_write(url, **options)


app = App("socialvideo", task_cls=HintTask, loader="socialvideo.celery:Loader")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
