"""Facts about accounts. Each is sent inside the transaction that makes it true."""

from django.dispatch import Signal

handle_taken = Signal()  # account_id, handle: by a new account, or instead of another one
privacy_changed = Signal()  # account_id, is_private
standing_changed = Signal()  # account_id: suspended, deactivated, or back from either
erasure_due = Signal()  # account_id: its deletion is final; sent again until every part is confirmed

log_in_ended = Signal()  # account_id, held: what its session held
archive_wanted = Signal()  # archive_id: there is one to be made

standing_wanted = Signal()  # account, by, act, rule, reason: a moderator's, for who keeps the record of moderation
rules_asked = Signal()  # a receiver answers by which rules somebody is suspended, each with its words
reach_asked = Signal()  # account_id; a receiver answers in words what a suspension would touch
