"""Hints: sent after commit, never in the way of the act, never doubled while one is under way."""

from time import monotonic

import pytest
from django.test import TestCase
from kombu.exceptions import OperationalError

from feeds.tasks import consume_outbox, fan_out
from socialvideo.celery import app
from socialvideo.lib.patience import Patience

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    names = []
    monkeypatch.setattr(app, "send_task", lambda name, *args, **kwargs: names.append(name))
    return names


def commit(hint) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        hint()


def test_one_hint_under_way_is_enough(sent):
    for _ in range(3):
        commit(consume_outbox.delay_on_commit)
    assert len(sent) == 1


def test_a_hint_after_the_task_began_is_sent_again(sent):
    commit(consume_outbox.delay_on_commit)
    consume_outbox.before_start("id", (), {})
    commit(consume_outbox.delay_on_commit)
    assert len(sent) == 2


def test_hints_that_name_a_row_are_all_sent(sent):
    for number in range(3):
        commit(lambda number=number: fan_out.delay_on_commit(number))
    assert len(sent) == 3


def test_a_broker_that_is_away_is_not_the_senders_problem(monkeypatch, caplog):
    def refuse(*args, **kwargs):
        raise OperationalError("nobody there")

    monkeypatch.setattr(app, "send_task", refuse)
    commit(lambda: fan_out.delay_on_commit(1))
    assert "nobody there" in caplog.text


def test_a_hint_that_was_not_sent_spares_no_other(monkeypatch):
    tried = []

    def refuse(name, *args, **kwargs):
        tried.append(name)
        raise OperationalError("nobody there")

    monkeypatch.setattr(app, "send_task", refuse)
    for _ in range(2):
        commit(consume_outbox.delay_on_commit)
        Patience.renew()
    assert len(tried) == 2


def test_a_broker_that_is_away_is_given_up_at_once():
    started = monotonic()
    with app.connection_for_write("redis://127.0.0.1:1/0") as nobody, pytest.raises(OperationalError):
        fan_out.apply_async((1,), connection=nobody)
    assert monotonic() - started < 2
