"""The store: opens a database and gives out units of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from counterfoil.store.chain_log import SqlChainLog
from counterfoil.store.comparisons import SqlComparisons
from counterfoil.store.documents import SqlDocuments, SqlRuleTraces
from counterfoil.store.engines import (
    STANDARD_CONNECTIONS,
    Door,
    check_server,
    postgresql_engine,
    sqlite_engine,
    through,
)
from counterfoil.store.external_liens import SqlExternalLiens
from counterfoil.store.failures import STORE_FAILED, STORE_UNUSABLE, StoreError, reason_of, store_error
from counterfoil.store.invoices import SqlInvoices
from counterfoil.store.parties import SqlParties
from counterfoil.store.receipts import SqlTitleDocuments
from counterfoil.store.service.audit import SqlAudit
from counterfoil.store.service.commands import SqlCommands
from counterfoil.store.service.credentials import SqlCredentials
from counterfoil.store.service.files import SqlFiles
from counterfoil.store.service.idempotency import SqlIdempotency
from counterfoil.store.service.identity import SqlIdentity
from counterfoil.store.service.invoice_pages import SqlInvoicePages
from counterfoil.store.service.outbox import SqlOutbox
from counterfoil.store.service.service_state import SqlServiceState
from counterfoil.store.service.webhooks import SqlWebhooks
from counterfoil.store.versions import bring_up_to_date


class SqlUnitOfWork:
    """One open transaction with its repositories."""

    def __init__(self, connection: Connection) -> None:
        self.parties = SqlParties(connection)
        self.invoices = SqlInvoices(connection)
        self.documents = SqlDocuments(connection)
        self.chain_log = SqlChainLog(connection)
        self.comparisons = SqlComparisons(connection)
        self.rule_traces = SqlRuleTraces(connection)
        self.external_liens = SqlExternalLiens(connection)
        self.titles = SqlTitleDocuments(connection)
        # What the service keeps, each in a module of store/service.
        self.commands = SqlCommands(connection)
        self.outbox = SqlOutbox(connection)
        self.identity = SqlIdentity(connection)
        self.credentials = SqlCredentials(connection)
        self.audit = SqlAudit(connection)
        self.files = SqlFiles(connection)
        self.service_state = SqlServiceState(connection)
        self.idempotency = SqlIdempotency(connection)
        self.invoice_pages = SqlInvoicePages(connection)
        self.webhooks = SqlWebhooks(connection)


class Store:
    """A database with our tables. Close it when done."""

    def __init__(self, engine: Engine) -> None:
        """Create the tables where there are none, and migrate those of an earlier version.

        An upgrade is kept whole or not at all. Raises StoreError StoreVersion or StoreUnusable.
        """
        self._engine = engine
        self._doors = {door: through(engine, door) for door in Door}
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
        """A unit of work, one at a time: kept when the block ends, dropped when it raises.

        Raises StoreError StoreFailed where the database cannot do its part (locked, full, out of reach),
        StoreContradiction where what is to be kept contradicts what is kept, and StoreValueUnfit for a value
        that no column can hold.
        """
        with self._unit_of_work(Door.ALONE) as work:
            yield work

    @contextmanager
    def concurrent(self) -> Iterator[SqlUnitOfWork]:
        """A unit of work beside others: kept when the block ends, dropped when it raises.

        What it reads may have changed when it writes: state the condition in the update, and look at how many
        rows it found. For what only the service keeps; raises as `begin` does.
        """
        with self._unit_of_work(Door.CONCURRENT) as work:
            yield work

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """One picture of the store, for reading: it waits for nobody and nobody waits for it.

        Raises StoreError StoreFailed, also for an attempt to write.
        """
        with self._unit_of_work(Door.READING) as work:
            yield work

    @contextmanager
    def _unit_of_work(self, door: Door) -> Iterator[SqlUnitOfWork]:
        try:
            with self._doors[door].begin() as connection:
                yield SqlUnitOfWork(connection)
        except DBAPIError as failed:
            told = store_error(failed)
            if told is None:
                raise
            raise told from failed
        except NoConnectionFreeError as busy:
            raise StoreError(STORE_FAILED, reason="all connections of this process are in use") from busy

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def open_sqlite(path: Path, *, connections: int = STANDARD_CONNECTIONS) -> Store:
    """The store in one file, created where it does not exist. connections: transactions at once at most."""
    return Store(sqlite_engine(path, connections=connections))


def open_postgresql(address: str, *, connections: int = STANDARD_CONNECTIONS) -> Store:
    """The store in a PostgreSQL database that exists; its tables are created where it has none.

    address: postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE. connections: transactions at once at most.
    Raises StoreError StoreAddressInvalid, and what Store raises.
    """
    return Store(postgresql_engine(address, connections=connections))
