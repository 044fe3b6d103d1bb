import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import socialvideo.lib.triggers
from django.conf import settings
from django.db import migrations, models

from feeds.triggers import DROP_SCHEMA, SCHEMA


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('videos', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(SCHEMA, DROP_SCHEMA),
        migrations.CreateModel(
            name='AuditRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('finished_at', models.DateTimeField(editable=False, null=True)),
                ('checks', models.JSONField(default=list, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='EarlyEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('publication_id', 'recipient_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('publication_id', models.BigIntegerField()),
                ('recipient_id', models.BigIntegerField()),
                ('state', models.SmallIntegerField(choices=[(0, 'in the feed only'), (1, 'listed quietly'), (2, 'alerted'), (3, 'seen in the list or in a feed'), (4, 'opened'), (5, 'watched')])),
            ],
        ),
        migrations.CreateModel(
            name='InboxEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('recipient_id', 'publication_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('recipient_id', models.BigIntegerField()),
                ('publication_id', models.BigIntegerField()),
                ('creator_id', models.BigIntegerField()),
                ('state', models.SmallIntegerField(choices=[(0, 'in the feed only'), (1, 'listed quietly'), (2, 'alerted'), (3, 'seen in the list or in a feed'), (4, 'opened'), (5, 'watched')], db_default=2)),
            ],
        ),
        migrations.CreateModel(
            name='Interest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='NoticeChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('new_videos', 'New videos'), ('follows', 'New followers'), ('requests', 'Follow requests'), ('likes', 'Likes'), ('comments', 'Comments and replies'), ('mentions', 'Mentions'), ('reposts', 'Reposts of my videos'), ('my_videos', 'My videos'), ('imports', 'Imports'), ('moderation', 'Moderation')], max_length=12)),
                ('channel', models.CharField(choices=[('site', 'On this site'), ('push', 'Push'), ('mail', 'E-mail digest')], max_length=5)),
                ('wanted', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('followed', 'followed you'), ('requested', 'asked to follow you'), ('approved', 'approved your request'), ('imported', 'your import is done'), ('appeared', 'has a name that you imported'), ('liked', 'liked your video'), ('commented', 'commented on your video'), ('replied', 'replied to your comment'), ('comment_liked', 'liked your comment'), ('mentioned', 'mentioned you'), ('reposted', 'reposted your video'), ('processed', 'your video is ready'), ('failed', 'your video could not be processed'), ('removed', 'your video was removed')], max_length=13)),
                ('event_key', models.CharField(help_text='What happened, e.g. follow:<event id> or like:<video>:<account>.', max_length=60)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('video_id', models.BigIntegerField(null=True)),
                ('text', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('seen_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='NotInterested',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('whole_creator', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Pulse',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Push',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_key', models.CharField(max_length=60)),
                ('act', models.CharField(db_default='', help_text='Who did what, once it was said: followed:<account>.', max_length=60)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('accepted', 'accepted by the push service'), ('dead', 'given up'), ('needless', 'seen or gone before it was sent')], db_default='waiting', max_length=8)),
                ('attempts', models.SmallIntegerField(db_default=0)),
                ('answer', models.CharField(db_default='', help_text='What its service last said.', max_length=80)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When to try; ahead of now while a worker has it.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'verbose_name_plural': 'pushes',
            },
        ),
        migrations.CreateModel(
            name='PushKey',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('private_pem', models.TextField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.CharField(max_length=1000, unique=True)),
                ('p256dh', models.CharField(max_length=120)),
                ('auth', models.CharField(max_length=60)),
                ('device', models.CharField(blank=True, help_text='As in the history: "Firefox on Linux".', max_length=80)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('accepted_at', models.DateTimeField(help_text='When its service last took a message.', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PushWalk',
            fields=[
                ('publication_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('cursor', models.BigIntegerField(default=0, help_text='The last browser looked at.')),
            ],
        ),
        migrations.CreateModel(
            name='Reach',
            fields=[
                ('publication_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('seen', models.BigIntegerField(default=0)),
                ('opened', models.BigIntegerField(default=0)),
                ('watched', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ReachDelta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('publication_id', models.BigIntegerField()),
                ('seen', models.IntegerField(db_default=0)),
                ('opened', models.IntegerField(db_default=0)),
                ('watched', models.IntegerField(db_default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Related',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('video_id', models.BigIntegerField()),
                ('other_id', models.BigIntegerField()),
                ('weight', models.FloatField()),
                ('computed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='SourceHour',
            fields=[
                ('pk', models.CompositePrimaryKey('hour', 'source', blank=True, editable=False, primary_key=True, serialize=False)),
                ('hour', models.DateTimeField()),
                ('source', models.CharField(max_length=10)),
                ('shown', models.BigIntegerField()),
                ('watched', models.BigIntegerField()),
                ('liked', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Taste',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.BigIntegerField()),
                ('weight', models.FloatField()),
                ('computed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sent', 'sent'), ('dead', 'given up'), ('unknown', 'handed over, answer unknown'), ('needless', 'all of it seen or gone before it was sent')], db_default='waiting', max_length=8)),
                ('attempts', models.SmallIntegerField(db_default=0)),
                ('answer', models.CharField(db_default='', help_text='What the mail server last said.', max_length=200)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('handed_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='digests', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DigestLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.BigIntegerField()),
                ('event_key', models.CharField(help_text='As in `Push`.', max_length=60)),
                ('act', models.CharField(help_text='As in `Push`.', max_length=60)),
                ('digest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='feeds.digest')),
            ],
        ),
        migrations.CreateModel(
            name='DigestPlan',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='digest_plan', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('every', models.CharField(choices=[('day', 'Every day'), ('week', 'Every week')], max_length=4)),
                ('timezone', models.CharField(help_text='By whose clock it is morning.', max_length=60)),
                ('next_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['next_at'], name='feeds_digest_plan_due')],
            },
        ),
        migrations.CreateModel(
            name='Dismissal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='dismissals', to=settings.AUTH_USER_MODEL)),
                ('dismissed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Heat',
            fields=[
                ('video', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='heat', serialize=False, to='videos.video')),
                ('heat', models.FloatField(help_text='Logarithm. It stands still while nothing happens, and so does the order.')),
            ],
            options={
                'indexes': [models.Index(fields=['-heat'], name='feeds_heat_hottest')],
            },
        ),
        migrations.CreateModel(
            name='Impression',
            fields=[
                ('pk', models.CompositePrimaryKey('viewer_id', 'video_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('viewer_id', models.BigIntegerField()),
                ('video_id', models.BigIntegerField()),
                ('source', models.CharField(max_length=10)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['video_id'], name='feeds_impression_of_video'), models.Index(fields=['at'], name='feeds_impression_by_age')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inboxentry',
            trigger=pgtrigger.compiler.Trigger(name='state_only_grows', sql=socialvideo.lib.triggers.PromiseSql(func="\n                    IF NEW.state < OLD.state OR OLD.state = 0 AND NEW.state > 0\n                       OR (NEW.recipient_id, NEW.publication_id, NEW.creator_id)\n                          IS DISTINCT FROM (OLD.recipient_id, OLD.publication_id, OLD.creator_id) THEN\n                        RAISE EXCEPTION 'What was told, and what was seen of it, is not taken back.'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'feeds_inboxentry_state_only_grows';\n                    END IF;\n                    RETURN NEW;\n                ", hash='3c33831a90aa1520f5c094b5573a994bc2edfe57', operation='UPDATE', pgid='pgtrigger_state_only_grows_68ffa', table='feeds_inboxentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inboxentry',
            trigger=pgtrigger.compiler.Trigger(name='counts_reach', sql=socialvideo.lib.triggers.PromiseSql(func='\n                    INSERT INTO feeds_reachdelta (publication_id, seen, opened, watched)\n                    SELECT publication_id, count(*) FILTER (WHERE was.state < 3),\n                           count(*) FILTER (WHERE was.state < 4 AND entry.state >= 4),\n                           count(*) FILTER (WHERE was.state < 5 AND entry.state >= 5)\n                    FROM new_rows AS entry JOIN old_rows AS was USING (recipient_id, publication_id)\n                    WHERE entry.state > was.state AND entry.state >= 3\n                    GROUP BY publication_id;\n                    RETURN NULL;\n                ', hash='9430c07e49e166f8b916b824fc1527ac9d535b5b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_counts_reach_30482', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='feeds_inboxentry', when='AFTER')),
        ),
        migrations.AddField(
            model_name='interest',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='interests', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='interest',
            name='tag',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='videos.tag'),
        ),
        migrations.AddField(
            model_name='noticechoice',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notice_choices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['recipient_id', '-id'], name='feeds_notification_newest'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('seen_at', None)), fields=['recipient_id', '-id'], name='feeds_notification_unseen'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('actor_id__isnull', False)), fields=['actor_id', 'recipient_id'], name='feeds_notification_of_actor'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('recipient_id', 'event_key'), name='feeds_notification_once_per_event'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notification',
            trigger=pgtrigger.compiler.Trigger(name='pushes_to_browsers', sql=socialvideo.lib.triggers.PromiseSql(func="\n    INSERT INTO feeds_push (subscription_id, event_key)\n    SELECT device.id, 'notice:' || n.id\n    FROM new_rows AS n JOIN feeds_pushsubscription AS device ON device.account_id = n.recipient_id\n    WHERE n.seen_at IS NULL AND coalesce((\n        SELECT choice.wanted FROM feeds_noticechoice AS choice\n        WHERE choice.account_id = n.recipient_id AND choice.topic = CASE n.kind WHEN 'followed' THEN 'follows' WHEN 'requested' THEN 'requests' WHEN 'approved' THEN 'requests' WHEN 'imported' THEN 'imports' WHEN 'appeared' THEN 'imports' WHEN 'liked' THEN 'likes' WHEN 'comment_liked' THEN 'likes' WHEN 'commented' THEN 'comments' WHEN 'replied' THEN 'comments' WHEN 'mentioned' THEN 'mentions' WHEN 'reposted' THEN 'reposts' WHEN 'processed' THEN 'my_videos' WHEN 'failed' THEN 'my_videos' WHEN 'removed' THEN 'moderation' END AND choice.channel = 'push'\n    ), CASE n.kind WHEN 'followed' THEN 'follows' WHEN 'requested' THEN 'requests' WHEN 'approved' THEN 'requests' WHEN 'imported' THEN 'imports' WHEN 'appeared' THEN 'imports' WHEN 'liked' THEN 'likes' WHEN 'comment_liked' THEN 'likes' WHEN 'commented' THEN 'comments' WHEN 'replied' THEN 'comments' WHEN 'mentioned' THEN 'mentions' WHEN 'reposted' THEN 'reposts' WHEN 'processed' THEN 'my_videos' WHEN 'failed' THEN 'my_videos' WHEN 'removed' THEN 'moderation' END IN ('comments', 'follows', 'imports', 'mentions', 'moderation', 'my_videos', 'new_videos', 'requests'))\n    ON CONFLICT (subscription_id, event_key) DO NOTHING;\n    RETURN NULL;\n", hash='71d6085d2c1f5e474ac912bbb9b33d52b8a35574', level='STATEMENT', operation='INSERT', pgid='pgtrigger_pushes_to_browsers_580e6', referencing='REFERENCING NEW TABLE AS new_rows ', table='feeds_notification', when='AFTER')),
        ),
        migrations.AddField(
            model_name='notinterested',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='not_interested', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notinterested',
            name='video',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='videos.video'),
        ),
        migrations.AddConstraint(
            model_name='pushkey',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='feeds_push_key_is_the_only_one'),
        ),
        migrations.AddField(
            model_name='pushsubscription',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='push',
            name='subscription',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='pushes', to='feeds.pushsubscription'),
        ),
        migrations.AddIndex(
            model_name='reachdelta',
            index=models.Index(fields=['publication_id'], name='feeds_reach_delta_to_fold'),
        ),
        migrations.AddIndex(
            model_name='related',
            index=models.Index(fields=['other_id'], name='feeds_related_other_side'),
        ),
        migrations.AddConstraint(
            model_name='related',
            constraint=models.UniqueConstraint(fields=('video_id', 'other_id'), name='feeds_related_once_per_pair'),
        ),
        migrations.AddField(
            model_name='taste',
            name='tag',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='videos.tag'),
        ),
        migrations.AddIndex(
            model_name='digest',
            index=models.Index(fields=['account', '-id'], name='feeds_digest_of_account'),
        ),
        migrations.AddIndex(
            model_name='digest',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='feeds_digest_due'),
        ),
        migrations.AddConstraint(
            model_name='digestline',
            constraint=models.UniqueConstraint(fields=('account_id', 'act'), name='feeds_digest_line_once_per_act'),
        ),
        migrations.AddConstraint(
            model_name='dismissal',
            constraint=models.UniqueConstraint(fields=('account', 'dismissed'), name='feeds_dismissal_once_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='interest',
            constraint=models.UniqueConstraint(fields=('account', 'tag'), name='feeds_interest_said_once'),
        ),
        migrations.AddConstraint(
            model_name='noticechoice',
            constraint=models.UniqueConstraint(fields=('account', 'topic', 'channel'), name='feeds_notice_choice_one_per_topic_and_channel'),
        ),
        migrations.AddConstraint(
            model_name='noticechoice',
            constraint=models.CheckConstraint(condition=models.Q(('wanted', True), models.Q(('channel', 'site'), ('topic__in', ['moderation', 'new_videos']), _negated=True), _connector='OR'), name='feeds_notice_choice_leaves_what_is_fixed'),
        ),
        migrations.AddConstraint(
            model_name='notinterested',
            constraint=models.UniqueConstraint(fields=('account', 'video'), name='feeds_not_interested_once_per_video'),
        ),
        migrations.AddIndex(
            model_name='push',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='feeds_push_due'),
        ),
        migrations.AddIndex(
            model_name='push',
            index=models.Index(condition=models.Q(('state', 'accepted')), fields=['subscription', 'act'], name='feeds_push_said'),
        ),
        migrations.AddConstraint(
            model_name='push',
            constraint=models.UniqueConstraint(fields=('subscription', 'event_key'), name='feeds_push_once_per_event'),
        ),
        migrations.AddConstraint(
            model_name='taste',
            constraint=models.UniqueConstraint(fields=('account_id', 'tag'), name='feeds_taste_once_per_tag'),
        ),
    ]
