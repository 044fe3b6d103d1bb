"""Sessions move to a table that says whose they are. Nobody is logged out by it."""

from datetime import UTC, datetime

from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations

AT_ONCE = 1000


def move(apps, schema_editor):
    account_ids = set(apps.get_model("accounts", "User").objects.values_list("pk", flat=True))
    log_ins = apps.get_model("accounts", "LogIn").objects
    still = apps.get_model("sessions", "Session").objects.filter(expire_date__gt=datetime.now(UTC))
    for session in still.iterator(AT_ONCE):
        account_id = int(SessionStore().decode(session.session_data).get("_auth_user_id") or 0)
        log_ins.get_or_create(
            session_key=session.session_key,
            defaults={
                "session_data": session.session_data,
                "expire_date": session.expire_date,
                "account_id": account_id if account_id in account_ids else None,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_log_ins_and_archives"), ("sessions", "0001_initial")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
