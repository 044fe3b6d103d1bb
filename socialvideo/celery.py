"""Celery: hints for workers. A task names a row and a worker looks whether there is something to do; a hint that is
lost, doubled or late changes nothing, because the sweeps find the same rows."""

import functools
import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from django.db import transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialvideo.settings.dev")


class HintTask(DjangoTask):
    """A task whose sender never fails: a broker that is away is logged and left to the sweep."""

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        transaction.on_commit(functools.partial(self.delay, *args, **kwargs), robust=True)


app = Celery("socialvideo", task_cls=HintTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
