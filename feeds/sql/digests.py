"""Which e-mail digests are to be sent."""

from feeds.sql.leases import claim

# One that was handed over when its lease ran out is nobody's any more: `UNKNOWN`.
CLAIM = claim("feeds_digest", besides="handed_at IS NULL")
