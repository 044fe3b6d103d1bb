"""What the Moderators group asks of the desk's queue."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

CODENAMES = [
    "view_case",
    "decide_case",
    "view_appeal",
    "judge_appeal",
    "view_decision",
    "view_moderationevent",
]


def give(apps, schema_editor):
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Moderators")
    # Permissions are otherwise made after the last migration.
    create_permissions(installed.get_app_config("videos"), verbosity=0, using=schema_editor.connection.alias)
    found = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="videos", codename__in=CODENAMES
    )
    if found.count() != len(CODENAMES):
        raise LookupError("a permission of videos is missing")
    group.permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("feeds", "0004_inbox_horizon"),
        ("videos", "0002_moderation"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
