"""The rules that the migrations put into the database (triggers, constraints, functions, sequences), as a query for those
that are not in force: missing, switched off, not validated, or made to do something else."""

import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import AutoField, CheckConstraint, Field, ForeignKey, Model, UniqueConstraint
from pgtrigger import compiler

# Bits of pg_trigger.tgtype.
_ROW, _BEFORE = 1, 2
_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}

_NOT_IN_FORCE = """
    SELECT rule FROM (VALUES {triggers}) AS expected (of_table, rule, body, kind, has_condition, has_columns)
    LEFT JOIN pg_trigger AS t ON tgrelid = to_regclass(of_table) AND tgname = rule AND tgenabled IN ('O', 'A')
        AND tgtype = kind AND (tgqual IS NOT NULL) = has_condition AND (tgattr::text <> '') = has_columns
    LEFT JOIN pg_proc AS p ON p.oid = tgfoid AND proconfig IS NULL
    WHERE prosrc IS DISTINCT FROM body
    UNION ALL
    SELECT rule FROM (VALUES {functions}) AS expected (rule, body, config)
    WHERE rule IS NOT NULL AND ARRAY(
        SELECT prosrc FROM pg_proc WHERE proname = rule AND pronamespace = current_schema()::regnamespace
        AND coalesce(array_to_string(proconfig, ','), '') = config) <> ARRAY[body]
    UNION ALL
    SELECT coalesce(rule, of_table || ': ' || definition)
    FROM (VALUES {constraints}) AS expected (of_table, kind, rule, definition)
    WHERE of_table IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM pg_constraint AS c
        WHERE conrelid = to_regclass(of_table) AND contype = kind AND conname = coalesce(rule, conname)
          AND {said} = {meant}
          AND convalidated AND to_jsonb(c) ->> 'conenforced' IS DISTINCT FROM 'false')
    UNION ALL
    SELECT rule FROM (VALUES {indexes}) AS expected (of_table, rule, keys)
    WHERE of_table IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM pg_index WHERE indrelid = to_regclass(of_table) AND indexrelid = to_regclass(rule)
          AND indisunique AND indisvalid AND strpos(replace(pg_get_indexdef(indexrelid), '"', ''), keys) > 0)
    UNION ALL
    SELECT rule FROM (VALUES {sequences}) AS expected (rule, used)
    LEFT JOIN pg_sequence AS s ON seqrelid = to_regclass(rule) AND seqincrement = 1 AND seqcache = 1 AND NOT seqcycle
    WHERE rule IS NOT NULL AND (seqrelid IS NULL OR coalesce(used, 0) > coalesce(pg_sequence_last_value(seqrelid), 0))
"""


# A definition as PostgreSQL repeats it and as Django writes it come to the same without what either adds: quotes, brackets,
# casts, and two ways to say IN and LIKE.
_PLAIN = r"""
    lower(regexp_replace(
        replace(replace(regexp_replace({}, '::[a-z ]+(\[\])?', '', 'g'), '= ANY', 'IN'), 'LIKE', '~~'),
        '[]["()\s]|ARRAY', '', 'g'))
"""


def not_in_force(*labels: str, schema: str = "", sequences: Iterable[tuple[str, str]] = ()) -> str:
    """The rules of these apps' models, of the functions that `schema` creates, and of sequences, each with the SQL of the
    highest number that it must have passed."""
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    numbered = [*sequences, *(row for model in models for row in _own_sequence(model))]
    return _NOT_IN_FORCE.format(
        said=_PLAIN.format("pg_get_constraintdef(oid)"),
        meant=_PLAIN.format("definition"),
        triggers=_rows(_triggers(models), "NULL::text, NULL, NULL, NULL::int, NULL::boolean, NULL::boolean"),
        functions=_rows(_functions(schema), "NULL::text, NULL::text, NULL"),
        constraints=_rows(_constraints(models), 'NULL::text, NULL::"char", NULL::text, NULL::text'),
        indexes=_rows(_unique_indexes(models), "NULL::text, NULL, NULL"),
        sequences=_rows((f"{_text(name)}, ({used})" for name, used in numbered), "NULL::text, NULL::bigint"),
    )


def how_many(sql: str) -> str:
    """The rules of such a query, as an item of a FROM clause."""
    expected = re.findall(r"FROM \((VALUES .*?)\) AS expected", sql, re.DOTALL)
    counts = (f"SELECT 1 FROM ({values}) AS rule (a) WHERE a IS NOT NULL" for values in expected)
    return f"({' UNION ALL '.join(counts)}) AS rules"


def _rows(rows: Iterable[str], nothing: str) -> str:
    """VALUES may not be empty: its first row gives the types, and is no rule."""
    return ", ".join(f"({row})" for row in [nothing, *rows])


def _text(value: str | None) -> str:
    return "NULL" if value is None else f"$rule${value}$rule$"


def _triggers(models: Iterable[type[Model]]) -> Iterable[str]:
    for model in models:
        for trigger in getattr(model._meta, "triggers", []):
            yield _trigger(trigger.compile(model))


def _trigger(compiled: compiler.Trigger) -> str:
    sql = compiled.sql
    said = {name: str(sql.kwargs.get(name) or "") for name in ("level", "when", "operation", "condition")}
    kind = _ROW * (said["level"] == "ROW") + _BEFORE * (said["when"] == "BEFORE")
    kind += sum(bit for event, bit in _EVENTS.items() if re.search(rf"\b{event}\b", said["operation"]))
    condition, columns = bool(said["condition"].strip()), " OF " in said["operation"]
    body = compiled.install_sql.split("$$")[1]
    return f"{_text(sql.table)}, {_text(sql.pgid)}, {_text(body)}, {kind}, {condition}, {columns}"


def _functions(schema: str) -> Iterable[str]:
    for name, head, body in re.findall(r"CREATE FUNCTION (\w+)\((.*?)\$\$(.*?)\$\$", schema, re.DOTALL):
        config = ",".join(f"{setting}={value}" for setting, value in re.findall(r"\bSET (\w+) = (\w+)", head))
        yield f"{_text(name)}, {_text(body)}, {_text(config)}"


def _constraints(models: Iterable[type[Model]]) -> Iterable[str]:
    """Kind, name and definition; generated names are not known."""
    for model in models:
        found: list[tuple[str, str | None, str]] = [
            ("p", None, f"PRIMARY KEY ({_columns(model, [field.name for field in model._meta.pk_fields])})")
        ]
        for each in model._meta.local_fields:
            found += _of_field(each)
        for constraint in model._meta.constraints:
            if isinstance(constraint, CheckConstraint):
                found.append(("c", constraint.name, f"CHECK ({_condition(model, constraint)})"))
            elif isinstance(constraint, UniqueConstraint) and not _is_index(constraint):
                found.append(("u", constraint.name, f"UNIQUE ({_columns(model, constraint.fields)})"))
        for kind, name, definition in found:
            yield f"{_text(model._meta.db_table)}, '{kind}', {_text(name)}, {_text(definition)}"


def _condition(model: type[Model], constraint: CheckConstraint) -> str:
    editor = connection.schema_editor(collect_sql=True)
    return constraint._get_check_sql(model, editor)  # type: ignore[attr-defined]  # noqa: SLF001 - no other way


def _of_field(each: "Field[Any, Any]") -> Iterable[tuple[str, None, str]]:
    if isinstance(each, ForeignKey) and each.db_constraint:  # type: ignore[attr-defined]  # unknown to the stubs
        target = f"{each.related_model._meta.db_table}({each.target_field.column})"
        yield "f", None, f"FOREIGN KEY ({each.column}) REFERENCES {target} DEFERRABLE INITIALLY DEFERRED"
    if each.unique and not each.primary_key:
        yield "u", None, f"UNIQUE ({each.column})"


def _columns(model: type[Model], names: Iterable[str]) -> str:
    columns = {each.name: str(each.column) for each in model._meta.local_fields}
    return ", ".join(columns[name] for name in names)


def _is_index(constraint: UniqueConstraint) -> bool:
    """How Django makes it: a constraint has columns, and nothing else."""
    _, expressions, options = constraint.deconstruct()
    return bool(expressions) or bool(options.keys() & {"condition", "include", "opclasses"})


def _unique_indexes(models: Iterable[type[Model]]) -> Iterable[str]:
    for model in models:
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and _is_index(constraint):
                keys = f"({_columns(model, constraint.fields)})" if constraint.fields else "("
                yield f"{_text(model._meta.db_table)}, {_text(constraint.name)}, {_text(keys)}"


def _own_sequence(model: type[Model]) -> Iterable[tuple[str, str]]:
    if isinstance(model._meta.pk, AutoField):
        table, column = model._meta.db_table, model._meta.pk.column
        yield f"{table}_{column}_seq", f"SELECT max({column}) FROM {table}"
