"""Celery: hints for workers. A task names a row and a worker looks whether there is something to do; a hint that is
lost, doubled or late changes nothing, because the sweeps find the same rows."""

import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.loaders.app import AppLoader
from django.core.cache import cache
from django.db import transaction

from socialvideo.commandline import plain_settings_errors

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
        if not self.coalesced or cache.add(self._under_way, 1, timeout=self.under_way_seconds):
            self.delay(*args, **kwargs)

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


app = Celery("socialvideo", task_cls=HintTask, loader="socialvideo.celery:Loader")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
