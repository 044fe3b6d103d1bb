"""The two rules of telling and of the Following feed, each written once: who receives a publication (RECIPIENTS) and what
an edge lets through (LETS_THROUGH). Every other statement is put together from these two.

Whether a video may be seen is not asked here but of `Video.objects.visible_to`, when the cards are read."""

MUTED = """EXISTS (SELECT 1 FROM follows_mute AS mute WHERE mute.muter_id = f.follower_id
    AND mute.muted_id = f.followee_id AND (mute.until IS NULL OR mute.until > now()))"""

# How the bell of an edge f decides: InboxEntry.State QUIET or ALERTED.
BY_BELL = "CASE f.notify WHEN 'none' THEN 1 ELSE 2 END"

# Who is told of a publication, and how. Who mutes the creator gets it into the feed alone, for when the mute ends. The
# creator's mutes are joined, so that for many edges they are read once instead of being asked for at each.
FOLLOWED_THEN = "f.followee_id = %(creator)s AND f.state = 'active' AND f.since < %(publication)s"
TOLD_AS = f"""f.follower_id AS recipient_id, f.since,
    CASE WHEN mute.muter_id IS NULL THEN {BY_BELL} ELSE 0 END AS state"""
THEIR_MUTES = """LEFT JOIN follows_mute AS mute ON mute.muted_id = %(creator)s AND mute.muter_id = f.follower_id
    AND (mute.until IS NULL OR mute.until > now())"""
RECIPIENTS = f"SELECT {TOLD_AS} FROM follows_follow AS f {THEIR_MUTES} WHERE {FOLLOWED_THEN}"

# What an edge f of the viewer lets into the feed of the publications p: the Following feed's one predicate. Each of its
# conditions has the word for what is the matter where it does not hold (`selectors.why`).
OF_VIEWER = "f.follower_id = %(viewer)s AND f.followee_id = p.creator_id"
CONDITIONS = {
    "not_following": "f.state = 'active'",
    "before_follow": "p.id >= f.shows_from",
    "muted": f"NOT {MUTED}",
}
LETS_THROUGH = " AND ".join([OF_VIEWER, *CONDITIONS.values()])
