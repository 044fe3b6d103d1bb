"""What workers have yet to do."""

# Each follower a fan-out has to tell gives it a little more time, beside five minutes for its turn in the queue.
FAN_OUT_OVERDUE = """fanout_state IN ('pending', 'running')
    AND published_at < now() - interval '5 minutes' - followers_at_publish / 5000 * interval '1 second'"""

WAITING = f"""
    SELECT (SELECT count(*) FROM follows_countdelta), (SELECT count(*) FROM follows_followoutbox),
           (SELECT event.happened_at FROM follows_followoutbox AS box JOIN follows_followevent AS event
                ON event.id = box.event_id ORDER BY box.event_id LIMIT 1),
           count(*), count(*) FILTER (WHERE {FAN_OUT_OVERDUE})
    FROM videos_publication WHERE fanout_state IN ('pending', 'running')
"""
