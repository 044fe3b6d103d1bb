"""Adds the brake against storms of follows; no table is touched."""

from django.db import migrations

from follows.triggers import UNHURRIED


class Migration(migrations.Migration):
    dependencies = [
        ("follows", "0004_tally_horizon"),
    ]

    operations = [
        migrations.RunSQL(UNHURRIED.replace("CREATE", "CREATE OR REPLACE", 1), "DROP FUNCTION follows_unhurried(bigint, bigint, bigint);"),
    ]
