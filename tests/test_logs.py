"""Log records lead from an answer to its request and to the tasks that the request hinted at."""

import json
import logging

import pytest
from celery import shared_task
from django.conf import settings
from django.test import Client
from django_guid import set_guid
from django_redis import get_redis_connection
from pythonjsonlogger.json import JsonFormatter

from feeds.tasks import heartbeat
from socialvideo.lib.logs import TaskFilter

GIVEN = "773fa6885e03493498077a273d1b7f2d"


@shared_task
def says_something() -> None:
    logging.getLogger("tests").warning("Said")


@pytest.mark.django_db
def test_an_answer_names_its_request(client: Client) -> None:
    """A proxy in front may name it; what is no such name is not repeated."""
    named = client.get("/status/", headers={"X-Request-ID": GIVEN})
    forged = client.get("/status/", headers={"X-Request-ID": "<script>"})
    assert named["X-Request-ID"] == GIVEN
    assert forged["X-Request-ID"] not in ("", GIVEN, "<script>")


def test_a_hint_carries_the_request_that_sent_it() -> None:
    redis = get_redis_connection("default")
    redis.delete("nobody listens")
    set_guid(GIVEN)
    heartbeat.apply_async(queue="nobody listens")
    assert json.loads(redis.lpop("nobody listens"))["headers"]["X-Request-ID"] == GIVEN


def test_a_record_of_a_worker_names_its_task(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(TaskFilter())
    says_something.apply(task_id="7")
    logging.getLogger("tests").warning("Outside")
    inside, outside = (record for record in caplog.records if record.name == "tests")
    assert (inside.task, inside.task_id) == (says_something.name, "7")  # type: ignore[attr-defined]
    assert outside.task is None  # type: ignore[attr-defined]


def test_as_json_a_record_is_one_object_on_one_line() -> None:
    options = settings.LOGGING["formatters"]["json"]
    formatter = JsonFormatter(
        options["format"], **{name: options[name] for name in ("style", "timestamp", "rename_fields")}
    )
    record = logging.LogRecord("videos", logging.ERROR, "", 0, "Two\nlines of %s", ("7",), None)
    record.correlation_id, record.task, record.task_id = GIVEN, None, None
    said = formatter.format(record)
    assert "\n" not in said
    assert json.loads(said) | {
        "level": "ERROR",
        "logger": "videos",
        "message": "Two\nlines of 7",
        "request_id": GIVEN,
    } == (json.loads(said))
