"""The index is built while videos come in."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("videos", "0006_failed_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="video",
            name="digest",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="SHA-256 of the file as it came.",
                max_length=64,
            ),
        ),
        AddIndexConcurrently(
            model_name="video",
            index=models.Index(
                condition=models.Q(("digest", ""), _negated=True), fields=["digest"], name="videos_video_of_digest"
            ),
        ),
    ]
