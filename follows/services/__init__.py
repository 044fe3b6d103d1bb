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
from follows.services.imports import PREVIEW_STANDS, discard, discard_old_previews, leave_out, start_import
from follows.services.offers import accept_offer, dismiss_offer, offer
from follows.services.pruning import prune_batches, prune_events
from follows.services.refusals import FollowRefused
from follows.services.reports import fold_counts, report_publication, report_watch
from follows.services.tallies import rebuild_tallies, roll_tallies

__all__ = [
    "PREVIEW_STANDS",
    "BatchRefused",
    "Cause",
    "FollowRefused",
    "accept_offer",
    "approve",
    "approve_everyone",
    "block",
    "cancel",
    "confirm",
    "decline",
    "discard",
    "discard_old_previews",
    "dismiss_offer",
    "fold_counts",
    "follow",
    "follow_again",
    "forget_watching",
    "leave_out",
    "mute",
    "offer",
    "prune_batches",
    "prune_events",
    "rebuild_tallies",
    "remove_follower",
    "report_publication",
    "report_watch",
    "restore",
    "roll_tallies",
    "set_bell",
    "start_batch",
    "start_import",
    "unblock",
    "undo",
    "unfollow",
    "unmute",
    "work",
]
