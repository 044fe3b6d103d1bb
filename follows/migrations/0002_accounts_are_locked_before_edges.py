import pgtrigger.compiler
import pgtrigger.migrations
import socialvideo.lib.triggers
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("follows", "0001_initial"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="block",
            name="lock_pair",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="follow",
            name="settle_new_edge",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="block",
            trigger=pgtrigger.compiler.Trigger(
                name="lock_pair",
                sql=socialvideo.lib.triggers.PromiseSql(
                    func="\n            PERFORM follows_lock_pair(NEW.blocker_id, NEW.blocked_id);\n            \n        PERFORM pg_advisory_xact_lock_shared((1152921504606846976 + least(NEW.blocker_id, NEW.blocked_id))),\n                pg_advisory_xact_lock_shared((1152921504606846976 + greatest(NEW.blocker_id, NEW.blocked_id)));\n     -- before the edges that end, as a service does\n            RETURN NEW;\n        ",
                    hash="f95300de1e56f37f97024360b208b9dbbb813c17",
                    operation="INSERT",
                    pgid="pgtrigger_lock_pair_c6e15",
                    table="follows_block",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="follow",
            trigger=pgtrigger.compiler.Trigger(
                name="settle_new_edge",
                sql=socialvideo.lib.triggers.PromiseSql(
                    declare="DECLARE allowed bigint := coalesce(NULLIF((follows_said())[4], '')::bigint, 7500); blocked boolean; absent boolean; private boolean; followed bigint;",
                    func="\n        PERFORM follows_lock_follower(NEW.follower_id), follows_lock_pair(NEW.follower_id, NEW.followee_id);\n        SELECT state, since, shows_from INTO NEW.state, NEW.since, NEW.shows_from FROM follows_follow\n        WHERE follower_id = NEW.follower_id AND followee_id = NEW.followee_id FOR KEY SHARE;\n        IF FOUND THEN -- and held: this row is certain to meet the unique constraint, and an upsert finds it as it is\n            RETURN NEW;\n        END IF;\n        \n        PERFORM pg_advisory_xact_lock_shared((1152921504606846976 + least(NEW.follower_id, NEW.followee_id))),\n                pg_advisory_xact_lock_shared((1152921504606846976 + greatest(NEW.follower_id, NEW.followee_id)));\n    \n        SELECT EXISTS (SELECT 1 FROM follows_block\n                       WHERE (blocker_id = NEW.follower_id AND blocked_id = NEW.followee_id)\n                          OR (blocker_id = NEW.followee_id AND blocked_id = NEW.follower_id)),\n               bool_or(suspended_at IS NOT NULL OR deactivated_at IS NOT NULL OR erased_at IS NOT NULL),\n               bool_or(id = NEW.followee_id AND is_private),\n               (SELECT count(*) FROM (SELECT 1 FROM follows_follow\n                                      WHERE follower_id = NEW.follower_id LIMIT allowed) AS edge)\n        INTO blocked, absent, private, followed\n        FROM accounts_user WHERE id IN (NEW.follower_id, NEW.followee_id);\n        IF blocked THEN\n            RAISE EXCEPTION 'A block stands between the two accounts.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_no_edge_across_a_block';\n        ELSIF absent THEN\n            RAISE EXCEPTION 'One of the accounts is suspended or deactivated.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_both_accounts_present';\n        ELSIF followed >= allowed THEN\n            RAISE EXCEPTION 'The account follows as many accounts as it may.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_limit_reached';\n        END IF;\n        IF private THEN\n            NEW.state := 'requested'; NEW.since := NULL; NEW.shows_from := NULL;\n        ELSE\n            NEW.state := 'active';\n            \n    NEW.since := nextval('follows_act_seq');\n    NEW.shows_from := coalesce(\n        (SELECT recent_from FROM follows_creatorpulse WHERE account_id = NEW.followee_id), 0);\n\n        END IF;\n        RETURN NEW;\n    ",
                    hash="e2dd4f0508e4991ee079931169b356cd12b0210f",
                    operation="INSERT",
                    pgid="pgtrigger_settle_new_edge_7e1f4",
                    table="follows_follow",
                    when="BEFORE",
                ),
            ),
        ),
    ]
