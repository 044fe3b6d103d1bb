"""What the brake against storms of mentions counts and holds back, and the notice that it does."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import socialvideo.lib.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("feeds", "0006_moderation_notices"),
        ("videos", "0007_digests"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeldMention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="StrangerTold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("author_id", models.BigIntegerField()),
                ("recipient_id", models.BigIntegerField()),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "strangers told",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="notification",
            name="pushes_to_browsers",
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("followed", "followed you"),
                    ("requested", "asked to follow you"),
                    ("approved", "approved your request"),
                    ("imported", "your import is done"),
                    ("appeared", "has a name that you imported"),
                    ("liked", "liked your video"),
                    ("commented", "commented on your video"),
                    ("replied", "replied to your comment"),
                    ("comment_liked", "liked your comment"),
                    ("mentioned", "mentioned you"),
                    ("held", "those you mentioned are told later"),
                    ("reposted", "reposted your video"),
                    ("processed", "your video is ready"),
                    ("failed", "your video could not be processed"),
                    ("removed", "your video was removed"),
                    ("decided", "a moderator decided about you"),
                    ("lifted", "a decision about you was lifted"),
                    ("upheld", "your appeal was looked at: the decision stands"),
                    ("outcome", "what you reported was looked at"),
                ],
                max_length=13,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notification",
            trigger=pgtrigger.compiler.Trigger(
                name="pushes_to_browsers",
                sql=socialvideo.lib.triggers.PromiseSql(
                    func="\n    INSERT INTO feeds_push (subscription_id, event_key)\n    SELECT device.id, 'notice:' || n.id\n    FROM new_rows AS n JOIN feeds_pushsubscription AS device ON device.account_id = n.recipient_id\n    WHERE n.seen_at IS NULL AND coalesce((\n        SELECT choice.wanted FROM feeds_noticechoice AS choice\n        WHERE choice.account_id = n.recipient_id AND choice.topic = CASE n.kind WHEN 'followed' THEN 'follows' WHEN 'requested' THEN 'requests' WHEN 'approved' THEN 'requests' WHEN 'imported' THEN 'imports' WHEN 'appeared' THEN 'imports' WHEN 'liked' THEN 'likes' WHEN 'comment_liked' THEN 'likes' WHEN 'commented' THEN 'comments' WHEN 'replied' THEN 'comments' WHEN 'mentioned' THEN 'mentions' WHEN 'held' THEN 'moderation' WHEN 'reposted' THEN 'reposts' WHEN 'processed' THEN 'my_videos' WHEN 'failed' THEN 'my_videos' WHEN 'removed' THEN 'moderation' WHEN 'decided' THEN 'moderation' WHEN 'lifted' THEN 'moderation' WHEN 'upheld' THEN 'moderation' WHEN 'outcome' THEN 'moderation' END AND choice.channel = 'push'\n    ), CASE n.kind WHEN 'followed' THEN 'follows' WHEN 'requested' THEN 'requests' WHEN 'approved' THEN 'requests' WHEN 'imported' THEN 'imports' WHEN 'appeared' THEN 'imports' WHEN 'liked' THEN 'likes' WHEN 'comment_liked' THEN 'likes' WHEN 'commented' THEN 'comments' WHEN 'replied' THEN 'comments' WHEN 'mentioned' THEN 'mentions' WHEN 'held' THEN 'moderation' WHEN 'reposted' THEN 'reposts' WHEN 'processed' THEN 'my_videos' WHEN 'failed' THEN 'my_videos' WHEN 'removed' THEN 'moderation' WHEN 'decided' THEN 'moderation' WHEN 'lifted' THEN 'moderation' WHEN 'upheld' THEN 'moderation' WHEN 'outcome' THEN 'moderation' END IN ('comments', 'follows', 'imports', 'mentions', 'moderation', 'my_videos', 'new_videos', 'requests'))\n    ON CONFLICT (subscription_id, event_key) DO NOTHING;\n    RETURN NULL;\n",
                    hash="f94c398fd998f582a0678912aa25056097606f16",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_pushes_to_browsers_580e6",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="feeds_notification",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="heldmention",
            name="comment",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="videos.comment"
            ),
        ),
        migrations.AddField(
            model_name="heldmention",
            name="video",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="videos.video"
            ),
        ),
        migrations.AddIndex(
            model_name="strangertold",
            index=models.Index(fields=["author_id", "told_at"], name="feeds_stranger_told_lately"),
        ),
        migrations.AddIndex(
            model_name="strangertold",
            index=models.Index(fields=["told_at"], name="feeds_stranger_told_old"),
        ),
        migrations.AddIndex(
            model_name="strangertold",
            index=models.Index(fields=["recipient_id"], name="feeds_stranger_told_of"),
        ),
        migrations.AddConstraint(
            model_name="strangertold",
            constraint=models.UniqueConstraint(
                fields=("author_id", "recipient_id"), name="feeds_stranger_told_one_per_pair"
            ),
        ),
        migrations.AddConstraint(
            model_name="heldmention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("comment__isnull", False), ("video", None)),
                    models.Q(("comment", None), ("video__isnull", False)),
                    _connector="OR",
                ),
                name="feeds_held_mention_of_one_text",
            ),
        ),
    ]
