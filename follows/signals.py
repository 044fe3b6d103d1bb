"""Facts that following announces, inside the transaction that made them, or right after it where that was one statement.
Only hints: the outbox rows that the database writes are what counts."""

from django.dispatch import Signal

# follower_id: who acted, followee_id: on whom; version: of what is now between the two, None where that is not known;
# alone: nothing for the other side to notice
follow_changed = Signal()

edges_changed = Signal()  # many at once, by a bulk statement: the outbox knows which

follows_slowed = Signal()  # account_id, number: after so many within an hour, which stand, another was refused

account_offered = Signal()  # account_id, owner_ids: whom it may be of those they imported by name

batch_started = Signal()  # batch_id
batch_finished = Signal()  # batch_id, owner_id, act: done or cancelled
