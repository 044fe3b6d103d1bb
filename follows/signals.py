"""Facts that following announces, inside the transaction that made them. Only hints: the outbox rows that the
database writes are what counts."""

from django.dispatch import Signal

follow_changed = Signal()  # follower_id, followee_id
