"""What the store refuses, and how a database's own failures are told: never with the values of a row."""

from __future__ import annotations

import psycopg
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)

from counterfoil.domain.errors import CounterfoilError, declare

STORE_ADDRESS = declare(
    "StoreAddressInvalid",
    "the address of the database cannot be used: {reason}",
    "Write postgresql+psycopg://USER@HOST:PORT/DATABASE, with special characters of a password"
    " percent-encoded; leave it out to keep the store in the home.",
)
STORE_VERSION = declare(
    "StoreVersion",
    "the store is of version {found}, this program knows the versions up to {expected}",
    "Use the program version that wrote the store, or a later one.",
)
STORE_UNUSABLE = declare(
    "StoreUnusable",
    "the store cannot be opened: {reason}",
    "Check path or address, permissions and free space; if the file is damaged, restore it from a backup.",
)
STORE_FAILED = declare(
    "StoreFailed",
    "the store could not be read or written: {reason}",
    "Nothing of this step was kept; check free space and whether another program has the store open.",
)
STORE_CONTRADICTION = declare(
    "StoreContradiction",
    "the store has something else already: {reason}",
    "Nothing of this step was kept. Read the current records; if they are wrong, restore a backup.",
)
STORE_VALUE_UNFIT = declare(
    "StoreValueUnfit",
    "the database cannot hold a value as it is: {reason}",
    "Nothing of this step was kept. Look for control characters in names, and for numbers beyond 64 bits.",
)


class StoreError(CounterfoilError):
    """The store could not be opened or used, or is not one of ours."""


def reason_of(failed: DBAPIError) -> str:
    """The database's sentence, without the values that PostgreSQL adds as detail."""
    driver_error = failed.orig
    if isinstance(driver_error, psycopg.Error) and driver_error.diag.message_primary is not None:
        return driver_error.diag.message_primary
    return str(driver_error)


def store_error(failed: DBAPIError) -> StoreError | None:
    """What a failure within a unit of work means to its caller; None where the program itself is at fault."""
    match failed:
        case IntegrityError():
            return StoreError(STORE_CONTRADICTION, reason=reason_of(failed))
        case DataError():
            return StoreError(STORE_VALUE_UNFIT, reason=_kind_of(failed))
        case OperationalError() | InterfaceError() | InternalError():
            return StoreError(STORE_FAILED, reason=reason_of(failed))
        case _:
            return None


def _kind_of(failed: DataError) -> str:
    # PostgreSQL quotes the value in the sentence itself; the error's class says enough.
    driver_error = failed.orig
    if isinstance(driver_error, psycopg.Error) and driver_error.sqlstate is not None:
        return f"{type(driver_error).__name__} ({driver_error.sqlstate})"
    return str(driver_error)
