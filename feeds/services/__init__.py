"""Every write of feeds: telling followers, telling of what happened, and what the told do with it."""

from feeds.services.erasure import ERASURE_PART, erase
from feeds.services.mentions import take_back, take_back_comment, tell_mentioned_in_video, tell_of_comment
from feeds.services.notices import FixedChoice, choose, notify, notify_each, see_everything
from feeds.services.reach import fold_reach, reached, report_cards, see
from feeds.services.suggestions import dismiss, take_back_dismissal
from feeds.services.telling import consume_outbox, continue_fan_out, fan_out_chunk, run_fan_out

__all__ = [
    "ERASURE_PART",
    "FixedChoice",
    "choose",
    "consume_outbox",
    "continue_fan_out",
    "dismiss",
    "erase",
    "fan_out_chunk",
    "fold_reach",
    "notify",
    "notify_each",
    "reached",
    "report_cards",
    "run_fan_out",
    "see",
    "take_back_dismissal",
    "see_everything",
    "take_back",
    "take_back_comment",
    "tell_mentioned_in_video",
    "tell_of_comment",
]
