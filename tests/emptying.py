"""A database as migrations left it, after each test whose transactions were real. Django truncates all tables and makes
content types and permissions anew: thirty times as long as deleting the rows that a test wrote."""

from django.db import connection
from django.test import TransactionTestCase

# Guards and foreign keys stand aside: everything goes, and of some tables no ordinary statement may drop a row.
EMPTY = """
DO $$
DECLARE name regclass;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT unnest('{names}'::regclass[]) LOOP EXECUTE format('DELETE FROM %s', name); END LOOP;
END $$
"""


def empty_by_deleting() -> None:
    """Called when the tables are new: what migrations wrote (pages, permissions, groups) stays for all tests."""
    statement = EMPTY.format(names="{" + ",".join(_empty_tables()) + "}")

    def teardown(_case: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]


def _empty_tables() -> list[str]:
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE NOT EXISTS (SELECT FROM {name})" for name in names))
        return [name for (name,) in cursor]
