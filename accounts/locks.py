"""The account lock: one advisory lock of PostgreSQL per account, held to the end of the transaction.

Whoever ties something to an account (a follow) takes it shared; whoever changes what such a tie means (publishing,
privacy, suspension, deletion) takes it exclusively. Between two conflicting acts there is therefore an order, and
what each reads after taking the lock is settled. Locks of several accounts are taken in the order of their ids."""

from django.db import connection

# The key space of account locks; the pair locks of `follows` live in another.
ACCOUNT_LOCK_SPACE = 1 << 60


def account_lock_sql(account_id: str) -> str:
    """The SQL expression of the lock key for an SQL expression of an account id."""
    return f"({ACCOUNT_LOCK_SPACE} + {account_id})"


def lock_account(account_id: int) -> None:
    """Takes the account's lock exclusively. Must run inside a transaction, before any read that depends on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ACCOUNT_LOCK_SPACE + account_id])
