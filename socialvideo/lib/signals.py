"""What is announced by what knows no domain."""

from django.dispatch import Signal

backed_up = Signal()  # the whole site is in a folder
