"""Triggers that no statement can switch off.

django-pgtrigger keeps a trigger beside its model and migrates it. Its own template lets a session skip triggers by a
setting (`pgtrigger.ignore`) and opens a subtransaction at each call to look for it. Promises cannot have such a door,
so ours are compiled without it."""

from typing import Any

import pgtrigger
from django.db import models
from pgtrigger import compiler


class PromiseSql(compiler.UpsertTriggerSql):
    """The installation template without the check of `pgtrigger.ignore`. Migrations refer to it: do not edit, add."""

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE TRIGGER {pgid} {when} {operation} ON {table} {referencing}
                FOR EACH {level} {condition} EXECUTE FUNCTION {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Promise(pgtrigger.Trigger):
    """A trigger without an escape. Takes what `pgtrigger.Trigger` takes."""

    def compile(self, model: type[models.Model]) -> compiler.Trigger:  # type: ignore[override]
        compiled = super().compile(model)  # type: ignore[arg-type]
        arguments = {key: value for key, value in compiled.sql.kwargs.items() if key != "ignore_func_name"}
        return compiler.Trigger(name=compiled.name, sql=PromiseSql(**arguments))


class Refuse(Promise):
    """Raises for each statement of the given kinds. `unless` is an SQL condition that lets it pass."""

    level = pgtrigger.Statement
    when = pgtrigger.Before

    def __init__(self, *, message: str, unless: str = "FALSE", **kwargs: Any) -> None:
        quoted = message.replace("'", "''")
        super().__init__(
            func=f"IF NOT ({unless}) THEN RAISE EXCEPTION '{quoted}' USING ERRCODE = 'restrict_violation'; END IF;"
            " RETURN NULL;",
            **kwargs,
        )


# `flush` truncates; the test settings alone open this, for one connection at a time.
MAY_TRUNCATE = "current_setting('socialvideo.may_truncate', true) IS NOT DISTINCT FROM 'tests'"


def never_truncate(name: str = "never_truncate") -> Refuse:
    """History and its subject are never emptied in one go (TRUNCATE fires no row triggers)."""
    return Refuse(
        name=name,
        operation=pgtrigger.Truncate,
        unless=MAY_TRUNCATE,
        message="TRUNCATE would pass by the record of changes; delete the rows instead.",
    )
