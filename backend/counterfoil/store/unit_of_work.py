"""The store: opens a database and gives out units of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from counterfoil.store.chain_log import SqlChainLog
from counterfoil.store.documents import SqlDocuments, SqlRuleTraces
from counterfoil.store.engines import check_server, postgresql_engine, sqlite_engine
from counterfoil.store.external_liens import SqlExternalLiens
from counterfoil.store.failures import STORE_UNUSABLE, StoreError, reason_of, store_error
from counterfoil.store.invoices import SqlInvoices
from counterfoil.store.parties import SqlParties
from counterfoil.store.receipts import SqlTitleDocuments
from counterfoil.store.versions import bring_up_to_date


class SqlUnitOfWork:
    """One open transaction with its repositories."""

    def __init__(self, connection: Connection) -> None:
        self.parties = SqlParties(connection)
        self.invoices = SqlInvoices(connection)
        self.documents = SqlDocuments(connection)
        self.chain_log = SqlChainLog(connection)
        self.rule_traces = SqlRuleTraces(connection)
        self.external_liens = SqlExternalLiens(connection)
        self.titles = SqlTitleDocuments(connection)


class Store:
    """A database with our tables. Close it when done."""

    def __init__(self, engine: Engine) -> None:
        """Create the tables where there are none, and migrate those of an earlier version.

        An upgrade is kept whole or not at all. Raises StoreError StoreVersion or StoreUnusable.
        """
        self._engine = engine
        try:
            with engine.begin() as connection:
                check_server(connection)
                bring_up_to_date(connection)
        except DBAPIError as failed:
            engine.dispose()
            raise StoreError(STORE_UNUSABLE, reason=reason_of(failed)) from failed
        except BaseException:
            engine.dispose()
            raise

    @contextmanager
    def begin(self) -> Iterator[SqlUnitOfWork]:
        """A unit of work: kept when the block ends, dropped when it raises.

        Raises StoreError StoreFailed where the database cannot do its part (locked, full, out of reach),
        StoreContradiction where what is to be kept contradicts what is kept, and StoreValueUnfit for a value
        that no column can hold.
        """
        try:
            with self._engine.begin() as connection:
                yield SqlUnitOfWork(connection)
        except DBAPIError as failed:
            told = store_error(failed)
            if told is None:
                raise
            raise told from failed

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def open_sqlite(path: Path) -> Store:
    """The store in one file, created where it does not exist."""
    return Store(sqlite_engine(path))


def open_postgresql(address: str) -> Store:
    """The store in a PostgreSQL database that exists; its tables are created where it has none.

    address: postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE. Raises StoreError StoreAddressInvalid, and
    what Store raises.
    """
    return Store(postgresql_engine(address))
