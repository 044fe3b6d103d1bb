"""What open pages are hinted to ask for again."""

BADGE = {"kind": "badge"}  # the number of what is unseen
FEED = {"kind": "feed"}  # what has come into Following
