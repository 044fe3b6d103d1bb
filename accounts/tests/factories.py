"""The cast: accounts as the site itself would make them."""

from django.db import connection

from accounts import services
from accounts.models import User

PASSWORD = "correct horse"


_CROWD = """
    INSERT INTO accounts_user ({columns}) SELECT {values}
    FROM accounts_user CROSS JOIN generate_series(0, %s) AS n WHERE id = %s ORDER BY n
"""


def make_crowd(like: User, number: int) -> None:
    """p0, p1 … past all rules, in no time."""
    names = {
        "handle": "'p' || n",
        "email": "'p' || n || '@example.org'",
        "name": f"'Name ' || n::bigint * 7919 %% {number}",
    }
    columns = [field.column for field in User._meta.local_concrete_fields if not field.primary_key]
    values = [names.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_CROWD.format(columns=", ".join(columns), values=", ".join(values)), [number - 1, like.pk])
        cursor.execute("SET session_replication_role = origin")


def make_account(handle: str, *, name: str = "", bio: str = "", is_private: bool = False, **fields: object) -> User:
    """`fields` are what no service sets: is_staff, a moment in the past."""
    account = services.create_account(
        handle=handle, email=f"{handle}@example.org", password=PASSWORD, name=name, bio=bio, is_private=is_private
    )
    if fields:
        User.objects.filter(pk=account.pk).update(**fields)
        account.refresh_from_db()
    return account
