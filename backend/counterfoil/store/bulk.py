"""Many rows into one table at the speed that the database has for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, bindparam, insert
from sqlalchemy.exc import DBAPIError

Row = Sequence[Any]


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows whose values the driver takes as they are: numbers, text, None.

    PostgreSQL takes them as one COPY, SQLite as one prepared statement; both inside the open transaction.
    Raises DBAPIError like any other statement.
    """
    names = ", ".join(table.c[column].name for column in columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {table.name} ({names}) FROM STDIN", rows)
        return
    listed = [tuple(row) for row in rows]
    if listed:
        # Compiled here and given to the driver as it is: going through each value once more costs as much as
        # inserting it.
        statement = insert(table).values({name: bindparam(name) for name in columns})
        text = str(statement.compile(connection, column_keys=list(columns)))
        connection.exec_driver_sql(text, listed)


def _copy(connection: Connection, statement: str, rows: Iterable[Row]) -> None:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"COPY needs psycopg, not {type(driver).__name__}")
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as failed:
        # As SQLAlchemy would tell it: callers know its errors, not the driver's.
        raise DBAPIError.instance(
            statement, None, failed, psycopg.Error, dialect=connection.dialect
        ) from failed
