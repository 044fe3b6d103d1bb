"""The follow graph's rules as SQL: which locks an act takes, what it may do, what it leaves behind.

Every path that changes an edge runs through these, be it a service, a bulk statement or a hand at the database
prompt. Locks are taken before anything is looked at, so that a look is settled: a new edge locks its follower (for
the limit), then the pair (against blocks), then both accounts shared (against publishing and changes of standing)."""

import pgtrigger
from pgtrigger import Row, Statement

from accounts.locks import account_lock_sql
from follows import horizon
from follows.machine import renamed_cause_sql
from socialvideo.lib.triggers import Promise, Refuse, never_truncate

# One sequence numbers follow events and publications: with its locks it decides who was a follower at publishing.
ACT_SEQUENCE = "follows_act_seq"
DEFAULT_FOLLOW_LIMIT = 7500  # for statements that say no limit of their own

# What a statement says about itself: 'tag|cause|actor|limit|source|device|session', where the tag is the statement's own
# timestamp. A value that a former statement of the transaction left behind has another tag and counts as nothing said.
SAID = "socialvideo.said"
SAID_TAG = "extract(epoch FROM statement_timestamp())::text"


def tie_locks_sql(one: str, other: str) -> str:
    """What every act between two accounts holds before it looks: the pair, then both accounts shared. The events of a
    pair, in both directions, are therefore committed in the order of their ids: the last one is the version."""
    return f"""follows_lock_pair({one}, {other}),
            pg_advisory_xact_lock_shared({account_lock_sql(f"least({one}, {other})")}),
            pg_advisory_xact_lock_shared({account_lock_sql(f"greatest({one}, {other})")})"""


# Whoever follows, if they have not followed `most` others within the last hour: by taps, for what is asked for at once is
# their own list, and paced by whoever works it off. Counted under the follower's lock: side by side no more get through.
# Read from the newest event back to the hour, by the index of the follower.
UNHURRIED = """
CREATE FUNCTION follows_unhurried(follower bigint, followee bigint, most bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    hour CONSTANT interval := '1 hour';
    made bigint := 0;
    past record;
BEGIN
    IF most = 0 OR EXISTS (SELECT 1 FROM follows_follow AS edge
                           WHERE edge.follower_id = follower AND edge.followee_id = followee) THEN
        RETURN follower;
    END IF;
    PERFORM follows_lock_follower(follower);
    FOR past IN SELECT cause, happened_at FROM follows_followevent WHERE follower_id = follower ORDER BY id DESC LOOP
        EXIT WHEN past.happened_at <= clock_timestamp() - hour;
        made := made + (past.cause IN ('followed', 'requested'))::int;
        IF made >= most THEN
            RAISE EXCEPTION 'The account follows many others at once.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_not_in_a_storm',
                      DETAIL = ceil(extract(epoch FROM past.happened_at + hour - clock_timestamp()))::int;
        END IF;
    END LOOP;
    RETURN follower;
END $$;
"""

SCHEMA = f"""
CREATE SEQUENCE {ACT_SEQUENCE} CACHE 1;

CREATE FUNCTION follows_said() RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    said text[] := string_to_array(NULLIF(current_setting('{SAID}', true), ''), '|');
BEGIN
    IF said[1] IS DISTINCT FROM {SAID_TAG} THEN
        RETURN NULL;
    END IF;
    RETURN said;
END $$;

CREATE FUNCTION follows_say(cause text, actor_id bigint, follow_limit bigint DEFAULT NULL, source text DEFAULT '',
                            device text DEFAULT '', session text DEFAULT '') RETURNS text
LANGUAGE sql VOLATILE AS $$
    SELECT set_config('{SAID}', concat_ws('|', {SAID_TAG}, cause, coalesce(actor_id::text, ''),
                                          coalesce(follow_limit::text, ''), source, replace(device, '|', '/'), session),
                      true)
$$;

CREATE FUNCTION follows_lock_pair(one bigint, other bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('pair ' || least(one, other) || ' ' || greatest(one, other), 0))
$$;

CREATE FUNCTION follows_lock_follower(follower bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('follower ' || follower, 0))
$$;

{UNHURRIED}

CREATE TYPE follows_relation AS (account_id bigint, state text, follows_me boolean, notify text, blocking boolean,
                                 blocked_by boolean, version bigint, muted boolean);

-- The two hot writes and the reply, as functions because a session plans these once: planning cost more than running.
-- Each statement inside has a snapshot of its own, so the reply sees what the write before it and its triggers did.
CREATE FUNCTION follows_make_edge(follower bigint, followee bigint, cause text, follow_limit bigint, source text,
                                  device text, session text)
RETURNS SETOF follows_relation LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM follows_say(cause, follower, follow_limit, source, device, session);
    INSERT INTO follows_follow (follower_id, followee_id) VALUES (follower, followee)
    ON CONFLICT (follower_id, followee_id) DO NOTHING;
    RETURN QUERY SELECT * FROM follows_relations(follower, ARRAY[followee]);
END $$;

-- What stands is changed under the tie's locks, taken before the edge is: whoever lets everyone in who asked holds the
-- account alone and comes for the edges.
CREATE FUNCTION follows_end_edge(follower bigint, followee bigint, in_state text, cause text, actor bigint, source text,
                                 device text, session text)
RETURNS SETOF follows_relation LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM follows_say(cause, actor, NULL, source, device, session),
            {tie_locks_sql("follower", "followee")};
    DELETE FROM follows_follow AS edge
    WHERE edge.follower_id = follower AND edge.followee_id = followee AND (in_state = '' OR edge.state = in_state);
    RETURN QUERY SELECT * FROM follows_relations(
        actor, ARRAY[CASE actor WHEN follower THEN followee ELSE follower END]);
END $$;

CREATE FUNCTION follows_relations(viewer bigint, accounts bigint[])
RETURNS SETOF follows_relation LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT a.id, coalesce(mine.state, '')::text, coalesce(theirs.state = 'active', FALSE),
           coalesce(mine.notify, 'all')::text,
           EXISTS (SELECT 1 FROM follows_block WHERE blocker_id = viewer AND blocked_id = a.id),
           EXISTS (SELECT 1 FROM follows_block WHERE blocker_id = a.id AND blocked_id = viewer),
           greatest(
               (SELECT e.id FROM follows_followevent AS e WHERE e.follower_id = viewer AND e.followee_id = a.id
                ORDER BY e.id DESC LIMIT 1),
               (SELECT e.id FROM follows_followevent AS e WHERE e.follower_id = a.id AND e.followee_id = viewer
                ORDER BY e.id DESC LIMIT 1),
               0),
           EXISTS (SELECT 1 FROM follows_mute WHERE muter_id = viewer AND muted_id = a.id
                   AND (until IS NULL OR until > now()))
    FROM unnest(accounts) AS a (id)
    LEFT JOIN follows_follow AS mine ON mine.follower_id = viewer AND mine.followee_id = a.id
    LEFT JOIN follows_follow AS theirs ON theirs.follower_id = a.id AND theirs.followee_id = viewer;
END $$;
"""
DROP_SCHEMA = f"""
DROP FUNCTION follows_relations(bigint, bigint[]);
DROP FUNCTION follows_end_edge(bigint, bigint, text, text, bigint, text, text, text);
DROP FUNCTION follows_make_edge(bigint, bigint, text, bigint, text, text, text);
DROP TYPE follows_relation;
DROP FUNCTION IF EXISTS follows_unhurried(bigint, bigint, bigint);
DROP FUNCTION follows_lock_follower(bigint);
DROP FUNCTION follows_lock_pair(bigint, bigint);
DROP FUNCTION follows_say(text, bigint, bigint, text, text, text);
DROP FUNCTION follows_said();
DROP SEQUENCE {ACT_SEQUENCE};
"""


def _refusal(constraint: str, words: str) -> str:
    return f"RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';"


# Elsewhere a look sees what stood before the lock was waited for: an edge would be made across a block.
_LOOKS_AFRESH = f"""
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        {_refusal("follows_only_at_read_committed", "Follows and blocks are made at READ COMMITTED only.")}
    END IF;
"""
_LOCK_FOLLOWEE = "PERFORM pg_advisory_xact_lock_shared({});"

_ACTIVATE = f"""
    NEW.since := nextval('{ACT_SEQUENCE}');
    NEW.shows_from := coalesce(
        (SELECT recent_from FROM follows_creatorpulse WHERE account_id = NEW.followee_id), 0);
"""

settle_new_edge = Promise(
    name="settle_new_edge",
    level=Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("blocked", "boolean"), ("absent", "boolean"), ("private", "boolean")],
    func=f"""
        {_LOOKS_AFRESH}
        PERFORM follows_lock_follower(NEW.follower_id), follows_lock_pair(NEW.follower_id, NEW.followee_id);
        SELECT state, since, shows_from INTO NEW.state, NEW.since, NEW.shows_from FROM follows_follow
        WHERE follower_id = NEW.follower_id AND followee_id = NEW.followee_id FOR KEY SHARE;
        IF FOUND THEN -- and held: this row is certain to meet the unique constraint, and an upsert finds it as it is
            RETURN NEW;
        END IF;
        PERFORM {tie_locks_sql("NEW.follower_id", "NEW.followee_id")};
        SELECT EXISTS (SELECT 1 FROM follows_block
                       WHERE (blocker_id = NEW.follower_id AND blocked_id = NEW.followee_id)
                          OR (blocker_id = NEW.followee_id AND blocked_id = NEW.follower_id)),
               bool_or(suspended_at IS NOT NULL OR deactivated_at IS NOT NULL OR erased_at IS NOT NULL),
               bool_or(id = NEW.followee_id AND is_private)
        INTO blocked, absent, private
        FROM accounts_user WHERE id IN (NEW.follower_id, NEW.followee_id);
        IF blocked THEN
            {_refusal("follows_no_edge_across_a_block", "A block stands between the two accounts.")}
        ELSIF absent THEN
            {_refusal("follows_both_accounts_present", "One of the accounts is suspended or deactivated.")}
        END IF;
        IF private THEN
            NEW.state := 'requested'; NEW.since := NULL; NEW.shows_from := NULL;
        ELSE
            NEW.state := 'active';
            {_ACTIVATE}
        END IF;
        RETURN NEW;
    """,
)

settle_changed_edge = Promise(
    name="settle_changed_edge",
    level=Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func=f"""
        IF (NEW.id, NEW.follower_id, NEW.followee_id) IS DISTINCT FROM (OLD.id, OLD.follower_id, OLD.followee_id) THEN
            {_refusal("follows_edge_keys_are_read_only", "An edge keeps its two accounts; end it and follow anew.")}
        END IF;
        IF (NEW.state, NEW.notify) IS DISTINCT FROM (OLD.state, OLD.notify) THEN
            {_LOCK_FOLLOWEE.format(account_lock_sql("NEW.followee_id"))}
        END IF;
        IF NEW.state = OLD.state THEN
            NEW.since := OLD.since; NEW.shows_from := OLD.shows_from;
        ELSIF NEW.state = 'active' THEN
            {_ACTIVATE}
        ELSIF EXISTS (SELECT 1 FROM accounts_user WHERE id = NEW.followee_id AND NOT is_private) THEN
            {_refusal("follows_requests_wait_at_private_accounts", "A public account is followed without a request.")}
        ELSE
            NEW.since := NULL; NEW.shows_from := NULL;
        END IF;
        RETURN NEW;
    """,
)

order_ended_edge = Promise(
    name="order_ended_edge",
    level=Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Delete,
    func=f"{_LOCK_FOLLOWEE.format(account_lock_sql('OLD.followee_id'))} RETURN OLD;",
)


def _record(changes: str, deltas: str) -> str:
    """Of an after-statement trigger: one event and one outbox row per change, one delta row per account."""
    return f"""
        WITH events AS (
            INSERT INTO follows_followevent
                (id, follower_id, followee_id, "before", "after", notify, cause, actor_id, source, followed_at,
                 happened_at)
            SELECT coalesce(since, nextval('{ACT_SEQUENCE}')), follower_id, followee_id, "before", "after", notify,
                   {renamed_cause_sql("coalesce(said[2], 'unattributed')")}, NULLIF(said[3], '')::bigint,
                   coalesce(said[5], ''), followed_at, clock_timestamp()
            FROM ({changes}) AS change
            RETURNING id, follower_id
        ), origins AS (
            INSERT INTO follows_eventorigin (event_id, device, session)
            SELECT id, said[6], said[7] FROM events WHERE said[6] <> ''
        ), deltas AS (
            INSERT INTO follows_countdelta (account_id, followers, following, requests)
            SELECT account_id, sum(followers), sum(following), sum(requests)
            FROM ({deltas}) AS delta (account_id, followers, following, requests)
            GROUP BY account_id
            HAVING sum(followers) <> 0 OR sum(following) <> 0 OR sum(requests) <> 0
        )
        INSERT INTO follows_followoutbox (event_id, follower_id) SELECT id, follower_id FROM events;
    """


def _deltas(rows: str, sign: str) -> str:
    return f"""
        SELECT followee_id, {sign}(state = 'active')::int, 0, {sign}(state = 'requested')::int FROM {rows}
        UNION ALL
        SELECT follower_id, 0, {sign}(state = 'active')::int, 0 FROM {rows}
    """


_SAID = [("said", "text[] := follows_said()")]

# Asked once a statement, of the counts: counting the edges at each new one would cost more the more somebody follows.
# The followers are locked since their first new edge, so nobody else's edges come in between.
_WITHIN_THE_LIMIT = f"""
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT follower_id FROM new_edges) AS who
        WHERE (SELECT coalesce(sum(following), 0) FROM (
                   SELECT following FROM follows_followcount WHERE account_id = follower_id
                   UNION ALL SELECT following FROM follows_countdelta WHERE account_id = follower_id) AS counted)
            + (SELECT count(*) FROM follows_follow AS asked
               WHERE asked.follower_id = who.follower_id AND asked.state = 'requested')
            > coalesce(NULLIF(said[4], '')::bigint, {DEFAULT_FOLLOW_LIMIT})
    ) THEN
        {_refusal("follows_limit_reached", "The account follows as many accounts as it may.")}
    END IF;
"""
_NEW = """SELECT since, follower_id, followee_id, '' AS "before", state AS "after", notify,
                  NULL::timestamptz AS followed_at FROM new_edges"""

record_new_edges = Promise(
    name="record_new_edges",
    level=Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="new_edges"),
    declare=_SAID,
    func=f"""
        IF NOT EXISTS (SELECT 1 FROM new_edges) THEN -- a second tap
            RETURN NULL;
        END IF;
        {_record(_NEW, _deltas("new_edges", "+"))}
        {_WITHIN_THE_LIMIT}
        RETURN NULL;
    """,
)

record_ended_edges = Promise(
    name="record_ended_edges",
    level=Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Delete,
    referencing=pgtrigger.Referencing(old="old_edges"),
    declare=_SAID,
    func=_record(
        """SELECT NULL::bigint AS since, follower_id, followee_id, state AS "before", '' AS "after", notify, followed_at
           FROM old_edges""",
        _deltas("old_edges", "-"),
    )
    + " RETURN NULL;",
)

record_changed_edges = Promise(
    name="record_changed_edges",
    level=Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    referencing=pgtrigger.Referencing(old="old_edges", new="new_edges"),
    declare=_SAID,
    func=_record(
        """SELECT CASE WHEN n.since IS DISTINCT FROM o.since THEN n.since END AS since, n.follower_id, n.followee_id,
                  o.state AS "before", n.state AS "after", n.notify, NULL::timestamptz AS followed_at
           FROM new_edges n JOIN old_edges o USING (id) WHERE (n.state, n.notify) IS DISTINCT FROM (o.state, o.notify)""",
        _deltas("new_edges", "+") + " UNION ALL " + _deltas("old_edges", "-"),
    )
    + " RETURN NULL;",
)

EDGE_TRIGGERS = [
    settle_new_edge,
    settle_changed_edge,
    order_ended_edge,
    record_new_edges,
    record_changed_edges,
    record_ended_edges,
    never_truncate(),
]

# The one way out: below the horizon, said by the statement itself, and nothing that somebody may still ask for.
forgets_the_needless = Promise(
    name="forgets_the_needless",
    level=Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Delete,
    referencing=pgtrigger.Referencing(old="gone"),
    declare=_SAID,
    func=f"""
        IF EXISTS (
            SELECT 1 FROM gone LEFT JOIN follows_tallymark AS mark ON TRUE
            CROSS JOIN LATERAL (
                SELECT {horizon.later("newer")} FROM follows_followevent AS newer
                WHERE newer.follower_id = gone.follower_id AND newer.followee_id = gone.followee_id
                  AND newer.id > gone.id AND newer.id < mark.first_kept) AS later
            WHERE (said[2] = '{horizon.SAID}' AND gone.id < mark.first_kept AND gone.happened_at < mark.events_from
                   AND {horizon.needless("gone")}) IS NOT TRUE
        ) THEN
            {_refusal("follows_history_stands", "Follow history is never taken away.")}
        END IF;
        RETURN NULL;
    """,
)

EVENT_TRIGGERS = [
    Refuse(
        name="history_stands",
        operation=pgtrigger.Update,
        message="Follow history is never rewritten.",
    ),
    forgets_the_needless,
    Refuse(
        name="written_by_the_edge",
        operation=pgtrigger.Insert,
        unless="pg_trigger_depth() > 1",
        message="Follow history is written by the change itself.",
    ),
    never_truncate(),
]


def _record_block(blocker: str, blocked: str, cause: str, actor: str) -> str:
    """An event of the pair beside those of edges, in the blocker's history: the relation's version moves with it."""
    return f"""
        INSERT INTO follows_followevent
            (id, follower_id, followee_id, "before", "after", notify, cause, actor_id, source, happened_at)
        VALUES (nextval('{ACT_SEQUENCE}'), {blocker}, {blocked}, '', '', 'all', {cause}, {actor},
                coalesce(said[5], ''), clock_timestamp());
        IF said[6] <> '' THEN
            INSERT INTO follows_eventorigin (event_id, device, session)
            VALUES (currval('{ACT_SEQUENCE}'), said[6], said[7]);
        END IF;
    """


# A block is lifted by who made it, or goes with either account.
_LIFTED_CAUSE = "CASE said[2] WHEN 'account_deleted' THEN said[2] ELSE 'unblocked' END"
_LIFTED_BY = "coalesce(NULLIF(said[3], '')::bigint, OLD.blocker_id)"


def _lock_for_block(row: str) -> str:
    """The pair, then both accounts, before any edge: as a service does."""
    return f"""
        PERFORM {tie_locks_sql(f"{row}.blocker_id", f"{row}.blocked_id")};
        RETURN {row};
    """


BLOCK_TRIGGERS = [
    Promise(
        name="lock_pair",
        level=Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=_LOOKS_AFRESH + _lock_for_block("NEW"),
    ),
    Promise(
        name="end_both_edges",
        level=Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[*_SAID, ("recorded", "boolean")],
        func=f"""
            PERFORM follows_say('blocked', NEW.blocker_id, NULL, coalesce(said[5], ''), coalesce(said[6], ''),
                                coalesce(said[7], ''));
            WITH ended AS (
                DELETE FROM follows_follow
                WHERE (follower_id = NEW.blocker_id AND followee_id = NEW.blocked_id)
                   OR (follower_id = NEW.blocked_id AND followee_id = NEW.blocker_id)
                RETURNING follower_id)
            SELECT coalesce(bool_or(follower_id = NEW.blocker_id), FALSE) INTO recorded FROM ended;
            IF NOT recorded THEN
                {_record_block("NEW.blocker_id", "NEW.blocked_id", "'blocked'", "NEW.blocker_id")}
            END IF;
            RETURN NULL;
        """,
    ),
    Promise(
        name="lock_pair_again",
        level=Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func=_lock_for_block("OLD"),
    ),
    Promise(
        name="record_lifted_block",
        level=Row,
        when=pgtrigger.After,
        operation=pgtrigger.Delete,
        declare=_SAID,
        func=f"{_record_block('OLD.blocker_id', 'OLD.blocked_id', _LIFTED_CAUSE, _LIFTED_BY)} RETURN NULL;",
    ),
    Refuse(
        name="never_changed",
        operation=pgtrigger.Update,
        message="A block is made or lifted, never changed.",
    ),
]
