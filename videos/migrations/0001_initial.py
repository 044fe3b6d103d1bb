import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import socialvideo.lib.triggers
import videos.models.videos
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('follows', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(blank=True, max_length=500)),
                ('submit_key', models.CharField(help_text='Chosen by the client; the same key is the same comment.', max_length=64)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('pinned_at', models.DateTimeField(blank=True, help_text="By the video's creator: it stands first.", null=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('answers', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='answers_to', to='videos.comment')),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='videos.comment')),
                ('removed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('remove_comment', 'Can remove comments')],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Video',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('upload_key', models.CharField(help_text='Chosen by the client; the same key is the same upload.', max_length=64)),
                ('media_key', models.CharField(default=videos.models.videos.new_media_key, editable=False, max_length=32, unique=True)),
                ('caption', models.CharField(blank=True, max_length=500)),
                ('visibility', models.CharField(choices=[('everyone', 'Everyone'), ('followers', 'Followers'), ('only_me', 'Only me')], default='everyone', max_length=9)),
                ('state', models.CharField(choices=[('uploading', 'uploading'), ('processing', 'processing'), ('ready', 'ready'), ('published', 'published'), ('failed', 'failed'), ('removed', 'removed')], default='processing', max_length=10)),
                ('original', models.CharField(blank=True, help_text='Storage name of the uploaded file.', max_length=200)),
                ('uploaded_bytes', models.BigIntegerField(default=0)),
                ('is_draft', models.BooleanField(db_default=False, default=False, help_text='Finished or not: its creator has not let it go out yet.')),
                ('allows_comments', models.BooleanField(db_default=True, default=True)),
                ('trim_from_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('trim_to_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('cover_ms', models.PositiveIntegerField(blank=True, help_text='The frame that stands for the video. Empty: a telling one of its first seconds.', null=True)),
                ('duration_ms', models.PositiveIntegerField(null=True)),
                ('width', models.PositiveIntegerField(null=True)),
                ('height', models.PositiveIntegerField(null=True)),
                ('has_audio', models.BooleanField(default=False)),
                ('rendition_key', models.CharField(blank=True, editable=False, help_text='Folder of the files that made it watchable, inside the media folder.', max_length=32)),
                ('rungs_key', models.CharField(blank=True, db_default='', editable=False, help_text='Folder of the rungs made later.', max_length=32)),
                ('poster_key', models.CharField(blank=True, db_default='', editable=False, help_text='Folder of a cover chosen later.', max_length=32)),
                ('cover_made_ms', models.PositiveIntegerField(editable=False, help_text='The `cover_ms` that is shown.', null=True)),
                ('captions_in', models.CharField(blank=True, db_default='', default='', editable=False, help_text='Languages, with blanks between.', max_length=255)),
                ('awaits_more', models.BooleanField(db_default=False, default=False, help_text='Watchable, but a worker has something to add: rungs, or its cover.')),
                ('progress', models.PositiveSmallIntegerField(default=0, help_text='Percent.')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(help_text='A worker holds the video until then; afterwards it is free.', null=True)),
                ('lease_key', models.CharField(blank=True, max_length=32)),
                ('failure_code', models.CharField(blank=True, max_length=40)),
                ('failure_reason', models.CharField(blank=True, help_text="In the creator's words.", max_length=300)),
                ('removed_at', models.DateTimeField(null=True)),
                ('removal_reason', models.CharField(blank=True, max_length=300)),
                ('state_before_removal', models.CharField(blank=True, max_length=10)),
                ('publish_at', models.DateTimeField(blank=True, help_text='Not to be published before. Empty: as soon as it is finished.', null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('published_at', models.DateTimeField(editable=False, null=True)),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='videos', to=settings.AUTH_USER_MODEL)),
                ('removed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('remove_video', 'Can remove and restore videos and retry their processing')],
            },
        ),
        migrations.CreateModel(
            name='CommentCount',
            fields=[
                ('comment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='count', serialize=False, to='videos.comment')),
                ('likes', models.BigIntegerField(db_default=0)),
                ('replies', models.BigIntegerField(db_default=0)),
            ],
        ),
        migrations.CreateModel(
            name='HiddenReposts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='hidden_reposts', to=settings.AUTH_USER_MODEL)),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('video', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='upload', serialize=False, to='videos.video')),
                ('file_name', models.CharField(blank=True, help_text='Tells its creator which file to pick again.', max_length=255)),
                ('fingerprint', models.CharField(blank=True, help_text='By which a browser knows the file again.', max_length=64)),
                ('received', models.BigIntegerField(default=0, help_text='Bytes that are safely here, from the first on.')),
                ('bucket_id', models.TextField(blank=True, db_default='', help_text='Its name as a multipart upload of the bucket, where it goes past us.')),
                ('writer', models.CharField(blank=True, help_text='The request that may write.', max_length=32)),
                ('writing_until', models.DateTimeField(help_text='Afterwards another request may.', null=True)),
                ('expires_at', models.DateTimeField(help_text='Without a further byte it is given up then.')),
            ],
        ),
        migrations.CreateModel(
            name='VideoCount',
            fields=[
                ('video', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='count', serialize=False, to='videos.video')),
                ('likes', models.BigIntegerField(db_default=0)),
                ('comments', models.BigIntegerField(db_default=0)),
                ('views', models.BigIntegerField(db_default=0)),
                ('bookmarks', models.BigIntegerField(db_default=0)),
                ('reposts', models.BigIntegerField(db_default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Repost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reposts', to=settings.AUTH_USER_MODEL)),
                ('video', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reposts', to='videos.video')),
            ],
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('published_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('followers_at_publish', models.BigIntegerField(editable=False)),
                ('fanout_state', models.CharField(choices=[('pending', 'waiting'), ('running', 'running'), ('done', 'done'), ('pull_only', 'pull-only')], default='pending', editable=False, max_length=9)),
                ('fanout_cursor', models.BigIntegerField(default=0, editable=False, help_text='`since` of the last follower told.')),
                ('alerted', models.BigIntegerField(default=0, editable=False)),
                ('listed_quietly', models.BigIntegerField(default=0, editable=False)),
                ('muted', models.BigIntegerField(default=0, editable=False)),
                ('pull_only', models.BigIntegerField(default=0, editable=False)),
                ('left_first', models.BigIntegerField(default=0, editable=False)),
                ('fanout_started_at', models.DateTimeField(editable=False, null=True)),
                ('fanout_finished_at', models.DateTimeField(editable=False, null=True)),
                ('creator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='publications', to=settings.AUTH_USER_MODEL)),
                ('video', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='videos.video')),
            ],
        ),
        migrations.CreateModel(
            name='Like',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='likes', to=settings.AUTH_USER_MODEL)),
                ('video', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='likes', to='videos.video')),
            ],
        ),
        migrations.AddField(
            model_name='comment',
            name='video',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='videos.video'),
        ),
        migrations.CreateModel(
            name='Captions',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(help_text='As in lang attributes.', max_length=12)),
                ('text', models.TextField()),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('video', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='captions', to='videos.video')),
            ],
            options={
                'verbose_name_plural': 'captions',
            },
        ),
        migrations.CreateModel(
            name='Bookmark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bookmarks', to=settings.AUTH_USER_MODEL)),
                ('video', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bookmarks', to='videos.video')),
            ],
        ),
        migrations.CreateModel(
            name='VideoTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('publication', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tagged', to='videos.publication')),
                ('tag', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tagged', to='videos.tag')),
                ('video', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tagged', to='videos.video')),
            ],
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('watched_ms', models.BigIntegerField(default=0)),
                ('first_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('last_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('video', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='videos.video')),
                ('viewer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='watches', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='CommentLike',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='comment_likes', to=settings.AUTH_USER_MODEL)),
                ('comment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='likes', to='videos.comment')),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-id'], name='videos_comment_like_of_account')],
                'constraints': [models.UniqueConstraint(fields=('comment', 'account'), name='videos_comment_like_once_per_person')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commentlike',
            trigger=pgtrigger.compiler.Trigger(name='count_new', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT comment_id, sum(step) AS step FROM (SELECT comment_id, 1 AS step FROM new_rows) AS changes GROUP BY comment_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT comment_id FROM videos_commentcount WHERE comment_id IN (SELECT comment_id FROM change)\n            ORDER BY comment_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_commentcount AS c SET likes = c.likes + change.step\n        FROM change JOIN locked USING (comment_id) WHERE c.comment_id = change.comment_id;\n     RETURN NULL;', hash='81cf3e058b4d4ce691c685d381face6f9d9aac93', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_new_1f221', referencing='REFERENCING NEW TABLE AS new_rows ', table='videos_commentlike', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commentlike',
            trigger=pgtrigger.compiler.Trigger(name='count_ended', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT comment_id, sum(step) AS step FROM (SELECT comment_id, -1 AS step FROM old_rows) AS changes GROUP BY comment_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT comment_id FROM videos_commentcount WHERE comment_id IN (SELECT comment_id FROM change)\n            ORDER BY comment_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_commentcount AS c SET likes = c.likes + change.step\n        FROM change JOIN locked USING (comment_id) WHERE c.comment_id = change.comment_id;\n     RETURN NULL;', hash='1070c11394123a51c58c811b9ea661c0ffe28861', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_ended_8aa87', referencing='REFERENCING OLD TABLE AS old_rows ', table='videos_commentlike', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='hiddenreposts',
            constraint=models.UniqueConstraint(fields=('account', 'creator'), name='videos_hidden_reposts_once_per_creator'),
        ),
        migrations.AddConstraint(
            model_name='hiddenreposts',
            constraint=models.CheckConstraint(condition=models.Q(('account', models.F('creator')), _negated=True), name='videos_hidden_reposts_of_others'),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(fields=['expires_at'], name='videos_upload_given_up'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('received__gte', 0)), name='videos_upload_received_is_an_amount'),
        ),
        migrations.AddIndex(
            model_name='video',
            index=models.Index(models.F('creator'), models.OrderBy(django.db.models.functions.comparison.Coalesce('published_at', 'created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='videos_video_of_creator'),
        ),
        migrations.AddIndex(
            model_name='video',
            index=models.Index(condition=models.Q(('state', 'processing'), ('awaits_more', True), _connector='OR'), fields=['lease_until'], name='videos_video_unprocessed'),
        ),
        migrations.AddIndex(
            model_name='video',
            index=models.Index(models.OrderBy(models.F('publish_at'), nulls_first=True), models.F('id'), condition=models.Q(('is_draft', False), ('state', 'ready'), ('visibility__in', ['everyone', 'followers'])), name='videos_video_to_be_published'),
        ),
        migrations.AddIndex(
            model_name='video',
            index=models.Index(condition=models.Q(('state', 'removed')), fields=['removed_at'], name='videos_video_removed'),
        ),
        migrations.AddIndex(
            model_name='video',
            index=models.Index(condition=models.Q(('state', 'uploading')), fields=['created_at'], name='videos_video_uploading'),
        ),
        migrations.AddIndex(
            model_name='video',
            index=models.Index(condition=models.Q(('state', 'published'), ('visibility', 'everyone')), fields=['-published_at'], name='videos_video_fresh'),
        ),
        migrations.AddConstraint(
            model_name='video',
            constraint=models.UniqueConstraint(fields=('creator', 'upload_key'), name='videos_video_one_per_upload_key'),
        ),
        migrations.AddConstraint(
            model_name='video',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='videos_video_published_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='video',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', False), ('state', 'removed')), models.Q(models.Q(('state', 'removed'), _negated=True), ('removed_at__isnull', True)), _connector='OR'), name='videos_video_removed_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='video',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('failure_reason', ''), _negated=True), _connector='OR'), name='videos_video_failure_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='video',
            constraint=models.CheckConstraint(condition=models.Q(('trim_from_ms', None), ('trim_to_ms', None), ('trim_from_ms__lt', models.F('trim_to_ms')), _connector='OR'), name='videos_video_trim_leaves_something'),
        ),
        migrations.AddConstraint(
            model_name='video',
            constraint=models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='videos_video_progress_is_a_percentage'),
        ),
        migrations.AddConstraint(
            model_name='video',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('is_draft', False), _connector='OR'), name='videos_video_draft_is_not_published'),
        ),
        migrations.AddConstraint(
            model_name='video',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['uploading', 'processing', 'failed', 'removed']), models.Q(('rendition_key', ''), _negated=True), _connector='OR'), name='videos_video_finished_has_files'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='video',
            trigger=pgtrigger.compiler.Trigger(name='counts_from_zero', sql=socialvideo.lib.triggers.PromiseSql(func='INSERT INTO videos_videocount (video_id) VALUES (NEW.id); RETURN NULL;', hash='83cb67f847f32b991b50d95c188862229fcc6f48', operation='INSERT', pgid='pgtrigger_counts_from_zero_29570', table='videos_video', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='repost',
            index=models.Index(fields=['account', '-id'], name='videos_repost_of_account'),
        ),
        migrations.AddConstraint(
            model_name='repost',
            constraint=models.UniqueConstraint(fields=('video', 'account'), name='videos_repost_once_per_person'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='repost',
            trigger=pgtrigger.compiler.Trigger(name='count_new', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, 1 AS step FROM new_rows) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET reposts = c.reposts + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n     RETURN NULL;', hash='afb6dc4ece29837c539c0d99fbaba7c7552e417e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_new_9359e', referencing='REFERENCING NEW TABLE AS new_rows ', table='videos_repost', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='repost',
            trigger=pgtrigger.compiler.Trigger(name='count_ended', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, -1 AS step FROM old_rows) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET reposts = c.reposts + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n     RETURN NULL;', hash='81576f358601dc274dabdc47f3a0859716a8263d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_ended_e2aac', referencing='REFERENCING OLD TABLE AS old_rows ', table='videos_repost', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(fields=['creator', '-id'], name='videos_publication_of_creator'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('fanout_state__in', ['pending', 'running'])), fields=['id'], name='videos_publication_unfinished'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('fanout_state', 'pull_only')), fields=['creator', 'id'], name='videos_publication_pull_only'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fanout_state__in', ['done', 'pull_only']), _negated=True), ('followers_at_publish', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('alerted'), '+', models.F('listed_quietly')), '+', models.F('muted')), '+', models.F('pull_only')), '+', models.F('left_first'))), _connector='OR'), name='videos_publication_delivery_adds_up'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publication',
            trigger=pgtrigger.compiler.Trigger(name='publish_in_order', sql=socialvideo.lib.triggers.PromiseSql(func="\n                    PERFORM pg_advisory_xact_lock((1152921504606846976 + NEW.creator_id));\n                    NEW.id := nextval('follows_act_seq');\n                    RETURN NEW;\n                ", hash='bfc8cfa0797f421198f66812062d9c27245455ef', operation='INSERT', pgid='pgtrigger_publish_in_order_f9505', table='videos_publication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publication',
            trigger=pgtrigger.compiler.Trigger(name='published_once', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (FALSE) THEN RAISE EXCEPTION 'A publication stands; remove its video.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='a8875db1ca6e01200a2963c5ffe87edf229ed189', level='STATEMENT', operation='DELETE', pgid='pgtrigger_published_once_2addd', table='videos_publication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publication',
            trigger=pgtrigger.compiler.Trigger(name='never_truncate', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (current_setting('socialvideo.may_truncate', true) IS NOT DISTINCT FROM 'tests') THEN RAISE EXCEPTION 'TRUNCATE would pass by the record of changes; delete the rows instead.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='336f396c87ad32612dbc76d3f8a161a07aaef434', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_truncate_3d530', table='videos_publication', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='like',
            index=models.Index(fields=['account', '-id'], name='videos_like_of_account'),
        ),
        migrations.AddConstraint(
            model_name='like',
            constraint=models.UniqueConstraint(fields=('video', 'account'), name='videos_like_once_per_person'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='like',
            trigger=pgtrigger.compiler.Trigger(name='count_new', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, 1 AS step FROM new_rows) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET likes = c.likes + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n     RETURN NULL;', hash='1a7b6cb831ce380fa3626b8d023f38dc8c3ac4d8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_new_c67d0', referencing='REFERENCING NEW TABLE AS new_rows ', table='videos_like', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='like',
            trigger=pgtrigger.compiler.Trigger(name='count_ended', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, -1 AS step FROM old_rows) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET likes = c.likes + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n     RETURN NULL;', hash='aaa39fa34ec1bc2032067cd726be650b0237f21f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_ended_74cf7', referencing='REFERENCING OLD TABLE AS old_rows ', table='videos_like', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('parent', None)), fields=['video', '-id'], name='videos_comment_of_video'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent', 'id'], name='videos_comment_of_thread'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('answers__isnull', False)), fields=['answers'], name='videos_comment_answered'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['author', '-id'], name='videos_comment_of_author'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['video', '-id'], name='videos_comment_on_video'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(fields=('author', 'submit_key'), name='videos_comment_one_per_submit_key'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(condition=models.Q(('pinned_at__isnull', False)), fields=('video',), name='videos_comment_one_pinned'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('author', None), _connector='OR'), name='videos_comment_says_something'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('author__isnull', False), models.Q(('removed_at__isnull', False), ('text', '')), _connector='OR'), name='videos_comment_without_author_is_removed'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('pinned_at', None), ('parent', None), _connector='OR'), name='videos_comment_pinned_is_no_reply'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('answers', None), ('parent__isnull', False), _connector='OR'), name='videos_comment_answer_is_in_a_thread'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='videos_comment_is_not_its_own_parent'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='comment',
            trigger=pgtrigger.compiler.Trigger(name='a_thread_has_one_level', sql=socialvideo.lib.triggers.PromiseSql(condition='WHEN (NEW."parent_id" IS NOT NULL)', func="\n                    IF NOT EXISTS (SELECT 1 FROM videos_comment\n                                   WHERE id = NEW.parent_id AND video_id = NEW.video_id AND parent_id IS NULL) THEN\n                        RAISE EXCEPTION 'A reply belongs to a comment on the same video.'\n                            USING ERRCODE = 'restrict_violation';\n                    END IF;\n                    RETURN NEW;\n                ", hash='b96ab43624ea3c86d2177402e2de4e11e8106176', operation='INSERT', pgid='pgtrigger_a_thread_has_one_level_d92f0', table='videos_comment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='comment',
            trigger=pgtrigger.compiler.Trigger(name='counts_from_zero', sql=socialvideo.lib.triggers.PromiseSql(func='INSERT INTO videos_commentcount (comment_id) VALUES (NEW.id); RETURN NULL;', hash='1b5a602abf56cd3f10326935090211a59063a52b', operation='INSERT', pgid='pgtrigger_counts_from_zero_10e35', table='videos_comment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='comment',
            trigger=pgtrigger.compiler.Trigger(name='count_new', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, parent_id, 1 AS step FROM new_rows WHERE removed_at IS NULL) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET comments = c.comments + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n    \n        WITH change AS MATERIALIZED (\n            SELECT comment_id, sum(step) AS step FROM (SELECT parent_id AS comment_id, step FROM (SELECT video_id, parent_id, 1 AS step FROM new_rows WHERE removed_at IS NULL) AS row WHERE parent_id IS NOT NULL) AS changes GROUP BY comment_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT comment_id FROM videos_commentcount WHERE comment_id IN (SELECT comment_id FROM change)\n            ORDER BY comment_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_commentcount AS c SET replies = c.replies + change.step\n        FROM change JOIN locked USING (comment_id) WHERE c.comment_id = change.comment_id;\n     RETURN NULL;', hash='bc6eb6dfb9e9459d5c03d143f4c307da49f83670', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_new_3b7a1', referencing='REFERENCING NEW TABLE AS new_rows ', table='videos_comment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='comment',
            trigger=pgtrigger.compiler.Trigger(name='count_ended', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, parent_id, -1 AS step FROM old_rows WHERE removed_at IS NULL) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET comments = c.comments + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n    \n        WITH change AS MATERIALIZED (\n            SELECT comment_id, sum(step) AS step FROM (SELECT parent_id AS comment_id, step FROM (SELECT video_id, parent_id, -1 AS step FROM old_rows WHERE removed_at IS NULL) AS row WHERE parent_id IS NOT NULL) AS changes GROUP BY comment_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT comment_id FROM videos_commentcount WHERE comment_id IN (SELECT comment_id FROM change)\n            ORDER BY comment_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_commentcount AS c SET replies = c.replies + change.step\n        FROM change JOIN locked USING (comment_id) WHERE c.comment_id = change.comment_id;\n     RETURN NULL;', hash='b16cc27985c3a0ff9537843d78e8248601f6c387', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_ended_87aed', referencing='REFERENCING OLD TABLE AS old_rows ', table='videos_comment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='comment',
            trigger=pgtrigger.compiler.Trigger(name='count_changed', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, parent_id, 1 AS step FROM new_rows WHERE removed_at IS NULL UNION ALL SELECT video_id, parent_id, -1 AS step FROM old_rows WHERE removed_at IS NULL) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET comments = c.comments + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n    \n        WITH change AS MATERIALIZED (\n            SELECT comment_id, sum(step) AS step FROM (SELECT parent_id AS comment_id, step FROM (SELECT video_id, parent_id, 1 AS step FROM new_rows WHERE removed_at IS NULL UNION ALL SELECT video_id, parent_id, -1 AS step FROM old_rows WHERE removed_at IS NULL) AS row WHERE parent_id IS NOT NULL) AS changes GROUP BY comment_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT comment_id FROM videos_commentcount WHERE comment_id IN (SELECT comment_id FROM change)\n            ORDER BY comment_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_commentcount AS c SET replies = c.replies + change.step\n        FROM change JOIN locked USING (comment_id) WHERE c.comment_id = change.comment_id;\n     RETURN NULL;', hash='7351c471a0701774e1e728f7f67f3df9553c2aa2', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_changed_f5b71', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='videos_comment', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='captions',
            constraint=models.UniqueConstraint(fields=('video', 'language'), name='videos_captions_one_per_language'),
        ),
        migrations.AddConstraint(
            model_name='captions',
            constraint=models.CheckConstraint(condition=models.Q(('text__startswith', 'WEBVTT')), name='videos_captions_are_webvtt'),
        ),
        migrations.AddIndex(
            model_name='bookmark',
            index=models.Index(fields=['account', '-id'], name='videos_bookmark_of_account'),
        ),
        migrations.AddConstraint(
            model_name='bookmark',
            constraint=models.UniqueConstraint(fields=('video', 'account'), name='videos_bookmark_once_per_person'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bookmark',
            trigger=pgtrigger.compiler.Trigger(name='count_new', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, 1 AS step FROM new_rows) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET bookmarks = c.bookmarks + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n     RETURN NULL;', hash='294fd2a7825c4975dd04c11cd60f1b3fdfec5f78', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_new_d6fa2', referencing='REFERENCING NEW TABLE AS new_rows ', table='videos_bookmark', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bookmark',
            trigger=pgtrigger.compiler.Trigger(name='count_ended', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, -1 AS step FROM old_rows) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET bookmarks = c.bookmarks + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n     RETURN NULL;', hash='de0ee6d00ed8d0d12f82f5e11c5bf069c536404c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_ended_db992', referencing='REFERENCING OLD TABLE AS old_rows ', table='videos_bookmark', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='videotag',
            index=models.Index(fields=['tag', '-publication'], name='videos_video_tag_newest'),
        ),
        migrations.AddConstraint(
            model_name='videotag',
            constraint=models.UniqueConstraint(fields=('video', 'tag'), name='videos_video_tag_once_per_tag'),
        ),
        migrations.AddIndex(
            model_name='watch',
            index=models.Index(fields=['viewer', '-id'], name='videos_watch_of_viewer'),
        ),
        migrations.AddIndex(
            model_name='watch',
            index=models.Index(fields=['video', '-id'], name='videos_watch_of_video'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.UniqueConstraint(fields=('viewer', 'video'), name='videos_watch_one_per_viewer'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='watch',
            trigger=pgtrigger.compiler.Trigger(name='count_new', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, 1 AS step FROM new_rows) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET views = c.views + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n     RETURN NULL;', hash='6563260fdad88116e71eade667b285f7103431db', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_new_c00a2', referencing='REFERENCING NEW TABLE AS new_rows ', table='videos_watch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='watch',
            trigger=pgtrigger.compiler.Trigger(name='count_ended', sql=socialvideo.lib.triggers.PromiseSql(func='\n        WITH change AS MATERIALIZED (\n            SELECT video_id, sum(step) AS step FROM (SELECT video_id, -1 AS step FROM old_rows) AS changes GROUP BY video_id HAVING sum(step) <> 0\n        ), locked AS MATERIALIZED (\n            SELECT video_id FROM videos_videocount WHERE video_id IN (SELECT video_id FROM change)\n            ORDER BY video_id FOR NO KEY UPDATE\n        )\n        UPDATE videos_videocount AS c SET views = c.views + change.step\n        FROM change JOIN locked USING (video_id) WHERE c.video_id = change.video_id;\n     RETURN NULL;', hash='6334851cabc17212bd09dad6206afa77ec320a1b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_ended_15102', referencing='REFERENCING OLD TABLE AS old_rows ', table='videos_watch', when='AFTER')),
        ),
    ]
