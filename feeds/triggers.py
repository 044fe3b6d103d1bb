"""What the database itself does for feeds: functions that a session plans once."""

from feeds.sql.feed import DROP_FUNCTIONS, FUNCTIONS

SCHEMA = FUNCTIONS
DROP_SCHEMA = DROP_FUNCTIONS
