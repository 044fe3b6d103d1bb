import django.db.models.deletion
import django.db.models.functions.datetime
import follows.machine
import follows.origins
import pgtrigger.compiler
import pgtrigger.migrations
import socialvideo.lib.triggers
from django.conf import settings
from django.db import migrations, models

from follows.triggers import DROP_SCHEMA, SCHEMA


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(SCHEMA, DROP_SCHEMA),
        migrations.CreateModel(
            name='EventOrigin',
            fields=[
                ('event_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('device', models.CharField(max_length=80)),
                ('session', models.CharField(blank=True, max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='FollowCount',
            fields=[
                ('account_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('followers', models.BigIntegerField(db_default=0)),
                ('following', models.BigIntegerField(db_default=0)),
                ('requests', models.BigIntegerField(db_default=0)),
            ],
        ),
        migrations.CreateModel(
            name='FollowOutbox',
            fields=[
                ('event_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('follower_id', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Mute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField(blank=True, help_text='Empty: until it is lifted.', null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Tie',
            fields=[
                ('pk', models.CompositePrimaryKey('follower_id', 'followee_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('follower_id', models.BigIntegerField()),
                ('followee_id', models.BigIntegerField()),
                ('watched', models.IntegerField(db_default=0)),
                ('last_watched_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('follow', 'import follows'), ('unfollow', 'unfollow'), ('restore', 'take unfollows back'), ('mute', 'mute'), ('unmute', 'unmute'), ('bell_all', 'alerts on'), ('bell_none', 'alerts off')], max_length=9)),
                ('state', models.CharField(choices=[('preview', 'waiting to be confirmed'), ('running', 'under way'), ('done', 'done'), ('cancelled', 'cancelled')], max_length=9)),
                ('read_from', models.CharField(blank=True, help_text='The kind of file that was imported.', max_length=20)),
                ('until', models.DateTimeField(blank=True, help_text='Of a mute. Empty: until it is lifted.', null=True)),
                ('submit_key', models.UUIDField(help_text='The same form sent twice is one batch.')),
                ('source', models.CharField(blank=True, choices=[(follows.origins.Source['UNKNOWN'], 'UNKNOWN'), (follows.origins.Source['PROFILE'], 'PROFILE'), (follows.origins.Source['FEED'], 'FEED'), (follows.origins.Source['VIDEO'], 'VIDEO'), (follows.origins.Source['LIST'], 'LIST'), (follows.origins.Source['MANAGER'], 'MANAGER'), (follows.origins.Source['REQUESTS'], 'REQUESTS'), (follows.origins.Source['NOTICE'], 'NOTICE'), (follows.origins.Source['SUGGESTION'], 'SUGGESTION'), (follows.origins.Source['SEARCH'], 'SEARCH'), (follows.origins.Source['HISTORY'], 'HISTORY'), (follows.origins.Source['IMPORT'], 'IMPORT'), (follows.origins.Source['API'], 'API')], max_length=12)),
                ('device', models.CharField(blank=True, max_length=80)),
                ('session', models.CharField(blank=True, max_length=16)),
                ('total', models.IntegerField(db_default=0)),
                ('cursor', models.IntegerField(db_default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('moved_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, help_text='When it last came forward.')),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to=settings.AUTH_USER_MODEL)),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='undone_by', to='follows.batch')),
            ],
            options={
                'verbose_name_plural': 'batches',
            },
        ),
        migrations.CreateModel(
            name='BatchRow',
            fields=[
                ('pk', models.CompositePrimaryKey('batch_id', 'position', blank=True, editable=False, primary_key=True, serialize=False)),
                ('position', models.IntegerField()),
                ('account_id', models.BigIntegerField(null=True)),
                ('handle', models.CharField(blank=True, db_default='', max_length=100)),
                ('notify', models.CharField(blank=True, choices=[('all', 'all new videos'), ('none', 'no alerts')], db_default='', max_length=4)),
                ('followed_at', models.DateTimeField(null=True)),
                ('result', models.CharField(choices=[('waiting', 'waiting'), ('done', 'done'), ('requested', 'asked to follow'), ('unchanged', 'was so already'), ('refused', 'not possible'), ('unmatched', 'nobody here by that name'), ('skipped', 'left out by you')], db_default='waiting', max_length=9)),
                ('reason', models.CharField(blank=True, db_default='', max_length=30)),
                ('mark', models.BigIntegerField(help_text='What the act left: its event, or its mute. A waiting row of an undo is to take that back.', null=True)),
                ('muted_before', models.DateTimeField(help_text='Of a mute that was lengthened: until when it stood.', null=True)),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='follows.batch')),
            ],
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('blocked', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='blocks_received', to=settings.AUTH_USER_MODEL)),
                ('blocker', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='blocks_made', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='CountDelta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.BigIntegerField()),
                ('followers', models.IntegerField()),
                ('following', models.IntegerField()),
                ('requests', models.IntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['account_id'], name='follows_delta_of_account')],
            },
        ),
        migrations.CreateModel(
            name='CreatorPulse',
            fields=[
                ('account_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('last_published_at', models.DateTimeField()),
                ('recent_from', models.BigIntegerField(db_default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['account_id'], include=('last_published_at',), name='follows_pulse_last_published')],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('requested', 'requested'), ('active', 'following')], db_default='active', max_length=9)),
                ('notify', models.CharField(choices=[('all', 'all new videos'), ('none', 'no alerts')], db_default='all', max_length=4)),
                ('since', models.BigIntegerField(editable=False, help_text='Id of the event that made the edge active.', null=True)),
                ('shows_from', models.BigIntegerField(editable=False, help_text='Id of the oldest publication that the edge brings into the feed.', null=True)),
                ('followed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, help_text='Shown as the date of following. Decides nothing: an import and an undone unfollow bring theirs along.')),
                ('followee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='follows_received', to=settings.AUTH_USER_MODEL)),
                ('follower', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='follows_made', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='FollowEvent',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('follower_id', models.BigIntegerField()),
                ('followee_id', models.BigIntegerField()),
                ('before', models.CharField(blank=True, max_length=9)),
                ('after', models.CharField(blank=True, max_length=9)),
                ('notify', models.CharField(max_length=4)),
                ('cause', models.CharField(choices=[('followed', 'followed'), ('requested', 'asked to follow'), ('imported', 'import'), ('restored', 'unfollow taken back'), ('approved', 'request approved'), ('went_public', 'account became public'), ('declined', 'request declined'), ('cancelled', 'request cancelled'), ('unfollowed', 'unfollowed'), ('bell', 'alerts changed'), ('removed', 'follower removed'), ('blocked', 'blocked'), ('unblocked', 'block lifted'), ('account_deleted', 'account deleted'), ('moderator', "a moderator's act"), ('unattributed', 'not said')], max_length=20)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('source', models.CharField(blank=True, choices=[(follows.origins.Source['UNKNOWN'], 'UNKNOWN'), (follows.origins.Source['PROFILE'], 'PROFILE'), (follows.origins.Source['FEED'], 'FEED'), (follows.origins.Source['VIDEO'], 'VIDEO'), (follows.origins.Source['LIST'], 'LIST'), (follows.origins.Source['MANAGER'], 'MANAGER'), (follows.origins.Source['REQUESTS'], 'REQUESTS'), (follows.origins.Source['NOTICE'], 'NOTICE'), (follows.origins.Source['SUGGESTION'], 'SUGGESTION'), (follows.origins.Source['SEARCH'], 'SEARCH'), (follows.origins.Source['HISTORY'], 'HISTORY'), (follows.origins.Source['IMPORT'], 'IMPORT'), (follows.origins.Source['API'], 'API')], max_length=12)),
                ('followed_at', models.DateTimeField(help_text='Where the event ends an edge: since when it stood.', null=True)),
                ('happened_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['follower_id', 'followee_id', 'id'], name='follows_event_of_pair'), models.Index(fields=['followee_id', 'happened_at'], name='follows_event_of_followee'), models.Index(fields=['follower_id', 'id'], name='follows_event_of_follower')],
                'constraints': [models.CheckConstraint(condition=follows.machine.IsOneOf('before', 'after', 'cause', known='>>account_deleted,>>blocked,>>unblocked,>active>followed,>active>imported,>active>moderator,>active>restored,>active>unattributed,>requested>imported,>requested>moderator,>requested>requested,>requested>restored,>requested>unattributed,active>>account_deleted,active>>blocked,active>>moderator,active>>removed,active>>unattributed,active>>unfollowed,active>active>bell,active>active>moderator,active>active>unattributed,active>requested>moderator,active>requested>unattributed,requested>>account_deleted,requested>>blocked,requested>>cancelled,requested>>declined,requested>>moderator,requested>>unattributed,requested>active>approved,requested>active>moderator,requested>active>unattributed,requested>active>went_public,requested>requested>bell,requested>requested>moderator,requested>requested>unattributed'), name='follows_event_transition_is_known')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followevent',
            trigger=pgtrigger.compiler.Trigger(name='history_stands', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (FALSE) THEN RAISE EXCEPTION 'Follow history is never rewritten.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='ad0311c68f8de7bde4606c028ec18f30828fdc80', level='STATEMENT', operation='UPDATE OR DELETE', pgid='pgtrigger_history_stands_c1de6', table='follows_followevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followevent',
            trigger=pgtrigger.compiler.Trigger(name='written_by_the_edge', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (pg_trigger_depth() > 1) THEN RAISE EXCEPTION 'Follow history is written by the change itself.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='1860effcc85be820782d51d6d64f4e275ceb978f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_written_by_the_edge_7c9ed', table='follows_followevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followevent',
            trigger=pgtrigger.compiler.Trigger(name='never_truncate', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (current_setting('socialvideo.may_truncate', true) IS NOT DISTINCT FROM 'tests') THEN RAISE EXCEPTION 'TRUNCATE would pass by the record of changes; delete the rows instead.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='e23df48129a99d60abce99a3ff705fa0be9c8a5f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_truncate_4b282', table='follows_followevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='followoutbox',
            index=models.Index(fields=['follower_id'], name='follows_outbox_of_follower'),
        ),
        migrations.AddField(
            model_name='mute',
            name='muted',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mutes_received', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mute',
            name='muter',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mutes_made', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='tie',
            index=models.Index(fields=['follower_id', 'watched', 'followee_id'], name='follows_tie_by_watched'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(fields=['owner', 'id'], name='follows_batch_of_owner'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['id'], name='follows_batch_under_way'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(fields=('owner', 'submit_key'), name='follows_batch_submitted_once'),
        ),
        migrations.AddIndex(
            model_name='batchrow',
            index=models.Index(condition=models.Q(('result', 'unmatched')), fields=['handle'], name='follows_batch_unmatched'),
        ),
        migrations.AddIndex(
            model_name='batchrow',
            index=models.Index(condition=models.Q(('account_id__isnull', False), ('result', 'unmatched')), fields=['batch'], name='follows_batch_offered'),
        ),
        migrations.AddIndex(
            model_name='block',
            index=models.Index(fields=['blocked', 'blocker'], name='follows_block_other_side'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.UniqueConstraint(fields=('blocker', 'blocked'), name='follows_block_one_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.CheckConstraint(condition=models.Q(('blocker', models.F('blocked')), _negated=True), name='follows_block_nobody_blocks_themselves'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='block',
            trigger=pgtrigger.compiler.Trigger(name='lock_pair', sql=socialvideo.lib.triggers.PromiseSql(func="\n    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN\n        RAISE EXCEPTION 'Follows and blocks are made at READ COMMITTED only.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_only_at_read_committed';\n    END IF;\n\n        PERFORM follows_lock_pair(NEW.blocker_id, NEW.blocked_id),\n            pg_advisory_xact_lock_shared((1152921504606846976 + least(NEW.blocker_id, NEW.blocked_id))),\n            pg_advisory_xact_lock_shared((1152921504606846976 + greatest(NEW.blocker_id, NEW.blocked_id)));\n        RETURN NEW;\n    ", hash='3da1f8e36b8774796f5d7bef399e812eb11ccf5c', operation='INSERT', pgid='pgtrigger_lock_pair_c6e15', table='follows_block', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='block',
            trigger=pgtrigger.compiler.Trigger(name='end_both_edges', sql=socialvideo.lib.triggers.PromiseSql(declare='DECLARE said text[] := follows_said(); recorded boolean;', func='\n            PERFORM follows_say(\'blocked\', NEW.blocker_id, NULL, coalesce(said[5], \'\'), coalesce(said[6], \'\'),\n                                coalesce(said[7], \'\'));\n            WITH ended AS (\n                DELETE FROM follows_follow\n                WHERE (follower_id = NEW.blocker_id AND followee_id = NEW.blocked_id)\n                   OR (follower_id = NEW.blocked_id AND followee_id = NEW.blocker_id)\n                RETURNING follower_id)\n            SELECT coalesce(bool_or(follower_id = NEW.blocker_id), FALSE) INTO recorded FROM ended;\n            IF NOT recorded THEN\n                \n        INSERT INTO follows_followevent\n            (id, follower_id, followee_id, "before", "after", notify, cause, actor_id, source, happened_at)\n        VALUES (nextval(\'follows_act_seq\'), NEW.blocker_id, NEW.blocked_id, \'\', \'\', \'all\', \'blocked\', NEW.blocker_id,\n                coalesce(said[5], \'\'), clock_timestamp());\n        IF said[6] <> \'\' THEN\n            INSERT INTO follows_eventorigin (event_id, device, session)\n            VALUES (currval(\'follows_act_seq\'), said[6], said[7]);\n        END IF;\n    \n            END IF;\n            RETURN NULL;\n        ', hash='eb648a4232223038ba494b2bbd287ac9155a59a3', operation='INSERT', pgid='pgtrigger_end_both_edges_6bc1e', table='follows_block', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='block',
            trigger=pgtrigger.compiler.Trigger(name='lock_pair_again', sql=socialvideo.lib.triggers.PromiseSql(func='\n        PERFORM follows_lock_pair(OLD.blocker_id, OLD.blocked_id),\n            pg_advisory_xact_lock_shared((1152921504606846976 + least(OLD.blocker_id, OLD.blocked_id))),\n            pg_advisory_xact_lock_shared((1152921504606846976 + greatest(OLD.blocker_id, OLD.blocked_id)));\n        RETURN OLD;\n    ', hash='4adaf9e230e1016cdfc961aaa840d737afdd2fbb', operation='DELETE', pgid='pgtrigger_lock_pair_again_17e97', table='follows_block', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='block',
            trigger=pgtrigger.compiler.Trigger(name='record_lifted_block', sql=socialvideo.lib.triggers.PromiseSql(declare='DECLARE said text[] := follows_said();', func='\n        INSERT INTO follows_followevent\n            (id, follower_id, followee_id, "before", "after", notify, cause, actor_id, source, happened_at)\n        VALUES (nextval(\'follows_act_seq\'), OLD.blocker_id, OLD.blocked_id, \'\', \'\', \'all\', CASE said[2] WHEN \'account_deleted\' THEN said[2] ELSE \'unblocked\' END, coalesce(NULLIF(said[3], \'\')::bigint, OLD.blocker_id),\n                coalesce(said[5], \'\'), clock_timestamp());\n        IF said[6] <> \'\' THEN\n            INSERT INTO follows_eventorigin (event_id, device, session)\n            VALUES (currval(\'follows_act_seq\'), said[6], said[7]);\n        END IF;\n     RETURN NULL;', hash='7d61fdd08c8dac39d5939c3b88f79fe510cbdb69', operation='DELETE', pgid='pgtrigger_record_lifted_block_2ba62', table='follows_block', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='block',
            trigger=pgtrigger.compiler.Trigger(name='never_changed', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (FALSE) THEN RAISE EXCEPTION 'A block is made or lifted, never changed.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='a6040cc2a4039d19ac320d8d17712df3c4c971d9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_never_changed_bef4a', table='follows_block', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='follow',
            index=models.Index(fields=['followee', 'since'], name='follows_followers_by_age'),
        ),
        migrations.AddIndex(
            model_name='follow',
            index=models.Index(fields=['follower', 'followed_at', 'id'], name='follows_manager_by_age'),
        ),
        migrations.AddIndex(
            model_name='follow',
            index=models.Index(condition=models.Q(('state', 'requested')), fields=['follower'], name='follows_requests_made'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.UniqueConstraint(fields=('follower', 'followee'), include=('id', 'state', 'notify', 'followed_at'), name='follows_follow_one_edge_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.CheckConstraint(condition=models.Q(('follower', models.F('followee')), _negated=True), name='follows_follow_nobody_follows_themselves'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('shows_from__isnull', False), ('since__isnull', False), ('state', 'active')), models.Q(('shows_from__isnull', True), ('since__isnull', True), ('state', 'requested')), _connector='OR'), name='follows_follow_active_since_an_event'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.CheckConstraint(condition=models.Q(('notify__in', ['all', 'none'])), name='follows_follow_notify_is_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='settle_new_edge', sql=socialvideo.lib.triggers.PromiseSql(declare='DECLARE blocked boolean; absent boolean; private boolean;', func="\n        \n    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN\n        RAISE EXCEPTION 'Follows and blocks are made at READ COMMITTED only.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_only_at_read_committed';\n    END IF;\n\n        PERFORM follows_lock_follower(NEW.follower_id), follows_lock_pair(NEW.follower_id, NEW.followee_id);\n        SELECT state, since, shows_from INTO NEW.state, NEW.since, NEW.shows_from FROM follows_follow\n        WHERE follower_id = NEW.follower_id AND followee_id = NEW.followee_id FOR KEY SHARE;\n        IF FOUND THEN -- and held: this row is certain to meet the unique constraint, and an upsert finds it as it is\n            RETURN NEW;\n        END IF;\n        PERFORM follows_lock_pair(NEW.follower_id, NEW.followee_id),\n            pg_advisory_xact_lock_shared((1152921504606846976 + least(NEW.follower_id, NEW.followee_id))),\n            pg_advisory_xact_lock_shared((1152921504606846976 + greatest(NEW.follower_id, NEW.followee_id)));\n        SELECT EXISTS (SELECT 1 FROM follows_block\n                       WHERE (blocker_id = NEW.follower_id AND blocked_id = NEW.followee_id)\n                          OR (blocker_id = NEW.followee_id AND blocked_id = NEW.follower_id)),\n               bool_or(suspended_at IS NOT NULL OR deactivated_at IS NOT NULL OR erased_at IS NOT NULL),\n               bool_or(id = NEW.followee_id AND is_private)\n        INTO blocked, absent, private\n        FROM accounts_user WHERE id IN (NEW.follower_id, NEW.followee_id);\n        IF blocked THEN\n            RAISE EXCEPTION 'A block stands between the two accounts.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_no_edge_across_a_block';\n        ELSIF absent THEN\n            RAISE EXCEPTION 'One of the accounts is suspended or deactivated.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_both_accounts_present';\n        END IF;\n        IF private THEN\n            NEW.state := 'requested'; NEW.since := NULL; NEW.shows_from := NULL;\n        ELSE\n            NEW.state := 'active';\n            \n    NEW.since := nextval('follows_act_seq');\n    NEW.shows_from := coalesce(\n        (SELECT recent_from FROM follows_creatorpulse WHERE account_id = NEW.followee_id), 0);\n\n        END IF;\n        RETURN NEW;\n    ", hash='7d0034af3c7573f1296f25b956ffaf7e25ce73b0', operation='INSERT', pgid='pgtrigger_settle_new_edge_7e1f4', table='follows_follow', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='settle_changed_edge', sql=socialvideo.lib.triggers.PromiseSql(func="\n        IF (NEW.id, NEW.follower_id, NEW.followee_id) IS DISTINCT FROM (OLD.id, OLD.follower_id, OLD.followee_id) THEN\n            RAISE EXCEPTION 'An edge keeps its two accounts; end it and follow anew.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_edge_keys_are_read_only';\n        END IF;\n        IF (NEW.state, NEW.notify) IS DISTINCT FROM (OLD.state, OLD.notify) THEN\n            PERFORM pg_advisory_xact_lock_shared((1152921504606846976 + NEW.followee_id));\n        END IF;\n        IF NEW.state = OLD.state THEN\n            NEW.since := OLD.since; NEW.shows_from := OLD.shows_from;\n        ELSIF NEW.state = 'active' THEN\n            \n    NEW.since := nextval('follows_act_seq');\n    NEW.shows_from := coalesce(\n        (SELECT recent_from FROM follows_creatorpulse WHERE account_id = NEW.followee_id), 0);\n\n        ELSIF EXISTS (SELECT 1 FROM accounts_user WHERE id = NEW.followee_id AND NOT is_private) THEN\n            RAISE EXCEPTION 'A public account is followed without a request.' USING ERRCODE = 'check_violation', CONSTRAINT = 'follows_requests_wait_at_private_accounts';\n        ELSE\n            NEW.since := NULL; NEW.shows_from := NULL;\n        END IF;\n        RETURN NEW;\n    ", hash='ab376ad30c57ad6814eaba864151627b7c3aa02f', operation='UPDATE', pgid='pgtrigger_settle_changed_edge_80b82', table='follows_follow', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='order_ended_edge', sql=socialvideo.lib.triggers.PromiseSql(func='PERFORM pg_advisory_xact_lock_shared((1152921504606846976 + OLD.followee_id)); RETURN OLD;', hash='d1ab03bd23ec69b1fa3e627bce2cd5c826efa048', operation='DELETE', pgid='pgtrigger_order_ended_edge_0279e', table='follows_follow', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='record_new_edges', sql=socialvideo.lib.triggers.PromiseSql(declare='DECLARE said text[] := follows_said();', func='\n        IF NOT EXISTS (SELECT 1 FROM new_edges) THEN -- a second tap\n            RETURN NULL;\n        END IF;\n        \n        WITH events AS (\n            INSERT INTO follows_followevent\n                (id, follower_id, followee_id, "before", "after", notify, cause, actor_id, source, followed_at,\n                 happened_at)\n            SELECT coalesce(since, nextval(\'follows_act_seq\')), follower_id, followee_id, "before", "after", notify,\n                   CASE WHEN (coalesce(said[2], \'unattributed\'), "before", "after") = (\'followed\', \'\', \'requested\') THEN \'requested\' WHEN (coalesce(said[2], \'unattributed\'), "before", "after") = (\'unfollowed\', \'requested\', \'\') THEN \'cancelled\' ELSE coalesce(said[2], \'unattributed\') END, NULLIF(said[3], \'\')::bigint,\n                   coalesce(said[5], \'\'), followed_at, clock_timestamp()\n            FROM (SELECT since, follower_id, followee_id, \'\' AS "before", state AS "after", notify,\n                  NULL::timestamptz AS followed_at FROM new_edges) AS change\n            RETURNING id, follower_id\n        ), origins AS (\n            INSERT INTO follows_eventorigin (event_id, device, session)\n            SELECT id, said[6], said[7] FROM events WHERE said[6] <> \'\'\n        ), deltas AS (\n            INSERT INTO follows_countdelta (account_id, followers, following, requests)\n            SELECT account_id, sum(followers), sum(following), sum(requests)\n            FROM (\n        SELECT followee_id, +(state = \'active\')::int, 0, +(state = \'requested\')::int FROM new_edges\n        UNION ALL\n        SELECT follower_id, 0, +(state = \'active\')::int, 0 FROM new_edges\n    ) AS delta (account_id, followers, following, requests)\n            GROUP BY account_id\n            HAVING sum(followers) <> 0 OR sum(following) <> 0 OR sum(requests) <> 0\n        )\n        INSERT INTO follows_followoutbox (event_id, follower_id) SELECT id, follower_id FROM events;\n    \n        \n    IF EXISTS (\n        SELECT 1 FROM (SELECT DISTINCT follower_id FROM new_edges) AS who\n        WHERE (SELECT coalesce(sum(following), 0) FROM (\n                   SELECT following FROM follows_followcount WHERE account_id = follower_id\n                   UNION ALL SELECT following FROM follows_countdelta WHERE account_id = follower_id) AS counted)\n            + (SELECT count(*) FROM follows_follow AS asked\n               WHERE asked.follower_id = who.follower_id AND asked.state = \'requested\')\n            > coalesce(NULLIF(said[4], \'\')::bigint, 7500)\n    ) THEN\n        RAISE EXCEPTION \'The account follows as many accounts as it may.\' USING ERRCODE = \'check_violation\', CONSTRAINT = \'follows_limit_reached\';\n    END IF;\n\n        RETURN NULL;\n    ', hash='333d9e38f208ecb47ff8035ad8915a6810b75e04', level='STATEMENT', operation='INSERT', pgid='pgtrigger_record_new_edges_1a9bf', referencing='REFERENCING NEW TABLE AS new_edges ', table='follows_follow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='record_changed_edges', sql=socialvideo.lib.triggers.PromiseSql(declare='DECLARE said text[] := follows_said();', func='\n        WITH events AS (\n            INSERT INTO follows_followevent\n                (id, follower_id, followee_id, "before", "after", notify, cause, actor_id, source, followed_at,\n                 happened_at)\n            SELECT coalesce(since, nextval(\'follows_act_seq\')), follower_id, followee_id, "before", "after", notify,\n                   CASE WHEN (coalesce(said[2], \'unattributed\'), "before", "after") = (\'followed\', \'\', \'requested\') THEN \'requested\' WHEN (coalesce(said[2], \'unattributed\'), "before", "after") = (\'unfollowed\', \'requested\', \'\') THEN \'cancelled\' ELSE coalesce(said[2], \'unattributed\') END, NULLIF(said[3], \'\')::bigint,\n                   coalesce(said[5], \'\'), followed_at, clock_timestamp()\n            FROM (SELECT CASE WHEN n.since IS DISTINCT FROM o.since THEN n.since END AS since, n.follower_id, n.followee_id,\n                  o.state AS "before", n.state AS "after", n.notify, NULL::timestamptz AS followed_at\n           FROM new_edges n JOIN old_edges o USING (id) WHERE (n.state, n.notify) IS DISTINCT FROM (o.state, o.notify)) AS change\n            RETURNING id, follower_id\n        ), origins AS (\n            INSERT INTO follows_eventorigin (event_id, device, session)\n            SELECT id, said[6], said[7] FROM events WHERE said[6] <> \'\'\n        ), deltas AS (\n            INSERT INTO follows_countdelta (account_id, followers, following, requests)\n            SELECT account_id, sum(followers), sum(following), sum(requests)\n            FROM (\n        SELECT followee_id, +(state = \'active\')::int, 0, +(state = \'requested\')::int FROM new_edges\n        UNION ALL\n        SELECT follower_id, 0, +(state = \'active\')::int, 0 FROM new_edges\n     UNION ALL \n        SELECT followee_id, -(state = \'active\')::int, 0, -(state = \'requested\')::int FROM old_edges\n        UNION ALL\n        SELECT follower_id, 0, -(state = \'active\')::int, 0 FROM old_edges\n    ) AS delta (account_id, followers, following, requests)\n            GROUP BY account_id\n            HAVING sum(followers) <> 0 OR sum(following) <> 0 OR sum(requests) <> 0\n        )\n        INSERT INTO follows_followoutbox (event_id, follower_id) SELECT id, follower_id FROM events;\n     RETURN NULL;', hash='9027de57715c7792c2cab9f88f5ed1ba5f677211', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_changed_edges_763a3', referencing='REFERENCING OLD TABLE AS old_edges  NEW TABLE AS new_edges ', table='follows_follow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='record_ended_edges', sql=socialvideo.lib.triggers.PromiseSql(declare='DECLARE said text[] := follows_said();', func='\n        WITH events AS (\n            INSERT INTO follows_followevent\n                (id, follower_id, followee_id, "before", "after", notify, cause, actor_id, source, followed_at,\n                 happened_at)\n            SELECT coalesce(since, nextval(\'follows_act_seq\')), follower_id, followee_id, "before", "after", notify,\n                   CASE WHEN (coalesce(said[2], \'unattributed\'), "before", "after") = (\'followed\', \'\', \'requested\') THEN \'requested\' WHEN (coalesce(said[2], \'unattributed\'), "before", "after") = (\'unfollowed\', \'requested\', \'\') THEN \'cancelled\' ELSE coalesce(said[2], \'unattributed\') END, NULLIF(said[3], \'\')::bigint,\n                   coalesce(said[5], \'\'), followed_at, clock_timestamp()\n            FROM (SELECT NULL::bigint AS since, follower_id, followee_id, state AS "before", \'\' AS "after", notify, followed_at\n           FROM old_edges) AS change\n            RETURNING id, follower_id\n        ), origins AS (\n            INSERT INTO follows_eventorigin (event_id, device, session)\n            SELECT id, said[6], said[7] FROM events WHERE said[6] <> \'\'\n        ), deltas AS (\n            INSERT INTO follows_countdelta (account_id, followers, following, requests)\n            SELECT account_id, sum(followers), sum(following), sum(requests)\n            FROM (\n        SELECT followee_id, -(state = \'active\')::int, 0, -(state = \'requested\')::int FROM old_edges\n        UNION ALL\n        SELECT follower_id, 0, -(state = \'active\')::int, 0 FROM old_edges\n    ) AS delta (account_id, followers, following, requests)\n            GROUP BY account_id\n            HAVING sum(followers) <> 0 OR sum(following) <> 0 OR sum(requests) <> 0\n        )\n        INSERT INTO follows_followoutbox (event_id, follower_id) SELECT id, follower_id FROM events;\n     RETURN NULL;', hash='24aadb484f76dab07a03b01cb9531f9a20bbeb5b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_ended_edges_e60ae', referencing='REFERENCING OLD TABLE AS old_edges ', table='follows_follow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='never_truncate', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (current_setting('socialvideo.may_truncate', true) IS NOT DISTINCT FROM 'tests') THEN RAISE EXCEPTION 'TRUNCATE would pass by the record of changes; delete the rows instead.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='de6fd185f2b47d0928ddf16c3a387b8c98182eee', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_truncate_9ce83', table='follows_follow', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='mute',
            index=models.Index(fields=['muted', 'muter'], name='follows_mute_other_side'),
        ),
        migrations.AddConstraint(
            model_name='mute',
            constraint=models.UniqueConstraint(fields=('muter', 'muted'), name='follows_mute_one_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='mute',
            constraint=models.CheckConstraint(condition=models.Q(('muter', models.F('muted')), _negated=True), name='follows_mute_nobody_mutes_themselves'),
        ),
    ]
