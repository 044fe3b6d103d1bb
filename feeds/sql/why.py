"""What keeps publications out of a feed, by the conditions of the feed's own predicate."""

from feeds.sql.edges import CONDITIONS, OF_VIEWER

_FIRST_THAT_FAILS = " ".join(f"WHEN ({condition}) IS NOT TRUE THEN '{word}'" for word, condition in CONDITIONS.items())

# Of a video, or of what a creator published last, the newest first: "here", or what is the matter; and whether the viewer
# follows since before it was published, and so was told of it.
WHY = f"""
    SELECT p.id, CASE {_FIRST_THAT_FAILS} ELSE 'here' END, coalesce(f.state = 'active' AND f.since < p.id, FALSE)
    FROM videos_publication AS p LEFT JOIN follows_follow AS f ON {OF_VIEWER}
    WHERE {{of}} ORDER BY p.id DESC LIMIT %(most)s
"""
WHY_VIDEO = WHY.format(of="p.video_id = %(video)s")
WHY_CREATOR = WHY.format(of="p.creator_id = %(creator)s")
