"""Facts that accounts announce, inside the transaction that made them."""

from django.dispatch import Signal

privacy_changed = Signal()  # account
standing_changed = Signal()  # account
