"""Every write of following, by noun: acts between two accounts, acts on many, what other apps report, what an erased
account leaves."""

from follows.machine import Cause
from follows.services.batches import BatchRefused, cancel, confirm, start_batch, undo, work
from follows.services.edges import (
    approve,
    approve_everyone,
    block,
    decline,
    follow,
    follow_again,
    mute,
    remove_follower,
    restore,
    set_bell,
    unblock,
    unfollow,
    unmute,
)
from follows.services.erasure import forget_watching
from follows.services.refusals import FollowRefused
from follows.services.reports import fold_counts, report_publication, report_watch

__all__ = [
    "BatchRefused",
    "Cause",
    "FollowRefused",
    "approve",
    "approve_everyone",
    "block",
    "cancel",
    "confirm",
    "decline",
    "fold_counts",
    "follow",
    "follow_again",
    "forget_watching",
    "mute",
    "remove_follower",
    "report_publication",
    "report_watch",
    "restore",
    "set_bell",
    "start_batch",
    "unblock",
    "undo",
    "unfollow",
    "unmute",
    "work",
]
