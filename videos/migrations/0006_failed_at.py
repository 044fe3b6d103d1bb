"""When processing gave up a video. What stands as failed already counts from its upload."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("videos", "0005_small_posters"),
    ]

    operations = [
        migrations.AddField(
            model_name="video",
            name="failed_at",
            field=models.DateTimeField(
                editable=False, help_text="When processing gave up, while that stands.", null=True
            ),
        ),
        migrations.RunSQL(
            "UPDATE videos_video SET failed_at = created_at WHERE failure_reason <> '' AND original <> ''",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="video",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)), fields=["failed_at"], name="videos_video_failed"
            ),
        ),
    ]
