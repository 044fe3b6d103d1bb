"""What the database itself does for feeds: functions that a session plans once, and how it reads what is searched."""

from feeds.sql import search
from feeds.sql.feed import DROP_FUNCTIONS, FUNCTIONS

SCHEMA = FUNCTIONS + search.SCHEMA
DROP_SCHEMA = DROP_FUNCTIONS + search.DROP_SCHEMA
