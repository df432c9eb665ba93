"""All rows of the store as text, and back: the same on SQLite and PostgreSQL, so that either restores both.

A table is a text of one JSON list a line, in the order of its primary key; the values that JSON does not have
are written as {"t": time}, {"d": day} and {"x": bytes in hexadecimal digits}. Two stores with the same rows
have the same text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Table,
    bindparam,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)

from counterfoil.store.schema import metadata

_AT_ONCE = 500


def table_names() -> tuple[str, ...]:
    """Every table, each after those that its rows refer to."""
    return tuple(table.name for table in metadata.sorted_tables)


def is_empty(connection: Connection) -> bool:
    """Whether a database has none of our tables."""
    return not set(inspect(connection).get_table_names()) & set(metadata.tables)


def rows_as_text(connection: Connection, name: str) -> Iterator[str]:
    """A table's rows, one line each."""
    table = metadata.tables[name]
    columns = sorted(table.columns, key=lambda column: column.name)
    query = select(*columns).order_by(*table.primary_key.columns)
    streamed = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
    for row in streamed.execute(query):
        yield json.dumps([_outward(value) for value in row], ensure_ascii=False, separators=(",", ":")) + "\n"


def restore_rows(connection: Connection, name: str, lines: Iterable[str]) -> int:
    """Put rows that `rows_as_text` wrote in place of those that a table has; how many.

    Tables come in the order of `table_names`. Raises ValueError for a line of another shape.
    """
    table = metadata.tables[name]
    columns = sorted(table.columns, key=lambda column: column.name)
    own = [column for column in columns if _refers_to(column, table)]
    later: list[dict[str, Any]] = []
    batch: list[dict[str, Any]] = []
    count = 0
    for line in lines:
        values = json.loads(line)
        if len(values) != len(columns):
            raise ValueError(f"{name}: a row of {len(values)} values, not {len(columns)}")
        row = {column.name: _inward(value) for column, value in zip(columns, values, strict=True)}
        if any(row[column.name] is not None for column in own):
            later.append({f"b_{each.name}": row[each.name] for each in (*table.primary_key.columns, *own)})
            row.update({column.name: None for column in own})
        batch.append(row)
        count += 1
        if len(batch) == _AT_ONCE:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)
    if later:
        # Rows may refer to rows of the same table that come after them.
        _refer(connection, table, own, later)
    _count_on(connection, table)
    return count


def clear(connection: Connection) -> None:
    """Remove all rows: also those that a fresh store begins with."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def _refers_to(column: Column[Any], table: Table) -> bool:
    return any(key.column.table is table for key in column.foreign_keys)


def _refer(connection: Connection, table: Table, own: list[Column[Any]], rows: list[dict[str, Any]]) -> None:

    statement = (
        update(table)
        .where(*(column == bindparam(f"b_{column.name}") for column in table.primary_key.columns))
        .values({column: bindparam(f"b_{column.name}") for column in own})
    )
    connection.execute(statement, rows)


def _count_on(connection: Connection, table: Table) -> None:
    """Let the database count its own numbers on after the highest that is there."""
    counting = table.autoincrement_column
    if counting is None or connection.dialect.name != "postgresql":
        return
    highest = connection.scalar(select(func.max(counting)))
    sequence = connection.scalar(
        text("select pg_get_serial_sequence(:name, :column)"), {"name": table.name, "column": counting.name}
    )
    if highest is not None and sequence is not None:
        connection.execute(
            text("select setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest}
        )


def _outward(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, (bytes, memoryview)):
        return {"x": bytes(value).hex()}
    return value


_INWARD: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "x": bytes.fromhex,
}


def _inward(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, written),) = value.items()
        return _INWARD[kind](written)
    return value
