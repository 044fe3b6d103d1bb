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
# Tables that a large test left wide and empty: their size would decide the plans of the next test.
GROWN = """
SELECT string_agg(name::text, ', ') FROM unnest('{names}'::regclass[]) AS name WHERE pg_relation_size(name) > 256 * 1024
"""


def empty_by_deleting() -> None:
    """Called when the tables are new: what migrations wrote (pages, permissions, groups) stays for all tests."""
    names = "{" + ",".join(_empty_tables()) + "}"

    def teardown(_case: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute(EMPTY.format(names=names))
            cursor.execute(GROWN.format(names=names))
            if grown := cursor.fetchone()[0]:
                cursor.execute(f"VACUUM {grown}")

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]


def _empty_tables() -> list[str]:
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE NOT EXISTS (SELECT FROM {name})" for name in names))
        return [name for (name,) in cursor]
