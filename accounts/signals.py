"""Facts about accounts. Each is sent inside the transaction that makes it true."""

from django.dispatch import Signal

privacy_changed = Signal()  # account_id, is_private
standing_changed = Signal()  # account_id: suspended, deactivated, or back from either
