"""The Moderators group, with just the permissions that the desk asks for."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

PERMISSIONS = {
    "accounts": ["view_user", "suspend_user", "view_standingevent", "view_erasure", "view_erasurestep"],
    "follows": ["view_follow", "view_followevent", "view_block"],
    "feeds": ["view_auditrun"],
    "videos": [
        "view_video",
        "remove_video",
        "view_comment",
        "remove_comment",
        "view_publication",
    ],
}


def make_group(apps, schema_editor):
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Moderators")
    Permission = apps.get_model("auth", "Permission")
    for app, codenames in PERMISSIONS.items():
        # Permissions are otherwise made after the last migration.
        create_permissions(installed.get_app_config(app), verbosity=0, using=schema_editor.connection.alias)
        found = Permission.objects.filter(content_type__app_label=app, codename__in=codenames)
        assert found.count() == len(codenames), f"a permission of {app} is missing"
        group.permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("feeds", "0001_initial"),
        ("accounts", "0001_initial"),
        ("follows", "0001_initial"),
        ("videos", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
