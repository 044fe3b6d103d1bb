"""Every write of feeds: telling followers, telling of what happened, and what the told do with it."""

from feeds.services.devices import (
    DeviceRefused,
    ask_for_test,
    end_all_subscriptions,
    end_subscription,
    remove_device,
    renew,
    subscribe,
)
from feeds.services.digests import digests_due, make_digest, plan_digest, prune_digests, send_digest, stop_digest
from feeds.services.erasure import ERASURE_PART, erase
from feeds.services.figures import compute_heat, compute_related, compute_tastes, count_sources, prune_figures
from feeds.services.impressions import count_impressions
from feeds.services.letters import letters_due, prune_letters, send_letter
from feeds.services.mentions import (
    excerpt,
    take_back,
    take_back_comment,
    tell_held_mentions,
    tell_mentioned_in_comments,
    tell_mentioned_in_video,
    tell_of_comment,
)
from feeds.services.moderation import tell_of_decision, tell_of_judgement, tell_of_lift
from feeds.services.notices import FixedChoice, choose, notify, notify_each, see_everything
from feeds.services.pulses import note_pulse
from feeds.services.pushing import batches_due, owe_walk, prune_pushes, send_pushes, walk_subscribers
from feeds.services.reach import fold_reach, reached, report_cards, see
from feeds.services.suggestions import dismiss, take_back_dismissal
from feeds.services.summaries import make_summary, plan_summary, stop_summary
from feeds.services.telling import consume_outbox, continue_fan_out, fan_out_chunk, run_fan_out
from feeds.services.wishes import choose_interests, take_back_turned_down, turn_down

__all__ = [
    "ERASURE_PART",
    "DeviceRefused",
    "FixedChoice",
    "ask_for_test",
    "batches_due",
    "choose",
    "choose_interests",
    "compute_heat",
    "compute_related",
    "compute_tastes",
    "consume_outbox",
    "continue_fan_out",
    "count_impressions",
    "count_sources",
    "digests_due",
    "dismiss",
    "end_all_subscriptions",
    "end_subscription",
    "erase",
    "excerpt",
    "fan_out_chunk",
    "fold_reach",
    "letters_due",
    "make_digest",
    "make_summary",
    "note_pulse",
    "notify",
    "notify_each",
    "owe_walk",
    "plan_digest",
    "plan_summary",
    "prune_digests",
    "prune_figures",
    "prune_letters",
    "prune_pushes",
    "reached",
    "remove_device",
    "renew",
    "report_cards",
    "run_fan_out",
    "see",
    "see_everything",
    "send_digest",
    "send_letter",
    "send_pushes",
    "stop_digest",
    "stop_summary",
    "subscribe",
    "take_back",
    "take_back_comment",
    "take_back_dismissal",
    "take_back_turned_down",
    "tell_held_mentions",
    "tell_mentioned_in_comments",
    "tell_mentioned_in_video",
    "tell_of_comment",
    "tell_of_decision",
    "tell_of_judgement",
    "tell_of_lift",
    "turn_down",
    "walk_subscribers",
]
