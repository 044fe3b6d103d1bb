"""Rows of what leaves the site, taken by workers."""


def claim(table: str, *, besides: str = "TRUE") -> str:
    """Takes what is due, and has it until the lease runs out: killed, another worker takes it then."""
    return f"""
        WITH due AS MATERIALIZED (
            SELECT id FROM {table} WHERE state = 'waiting' AND due_at <= statement_timestamp() AND {besides}
            ORDER BY due_at LIMIT %(size)s FOR UPDATE SKIP LOCKED
        )
        UPDATE {table} AS taken SET due_at = statement_timestamp() + %(lease)s, attempts = attempts + 1
        FROM due WHERE taken.id = due.id
        RETURNING taken.*
    """
