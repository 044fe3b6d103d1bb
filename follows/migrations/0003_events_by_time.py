"""Built while follows go on."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("follows", "0002_follower_tallies"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="followevent",
            index=BrinIndex(fields=["happened_at"], autosummarize=True, name="follows_event_by_time"),
        ),
    ]
