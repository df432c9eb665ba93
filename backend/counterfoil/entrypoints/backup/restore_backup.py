"""Puts a backup into an empty home and an empty database, after every part of it was checked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from counterfoil.bootstrap import store_engine
from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.backup import refusals
from counterfoil.entrypoints.backup.archive import Manifest, unpacked
from counterfoil.settings import Settings
from counterfoil.store.dump import clear, is_empty, restore_rows, table_names
from counterfoil.store.engines import check_server
from counterfoil.store.failures import STORE_FAILED, StoreError, reason_of
from counterfoil.store.schema import SCHEMA_VERSION
from counterfoil.store.versions import bring_up_to_date


def verify_backup(path: Path, *, passphrase: str | None) -> Manifest:
    """Read a whole backup and check every part. Raises CounterfoilError BackupBroken, BackupLocked."""
    with unpacked(path, passphrase=passphrase) as (manifest, _):
        return manifest


def restore_backup(settings: Settings, path: Path, *, passphrase: str | None) -> Manifest:
    """Restore into the home and database of the settings, which may be of the other kind than before.

    Raises CounterfoilError RestoreNotEmpty, BackupVersion, BackupBroken, BackupLocked, StoreError. The rows
    come in one transaction, and the deployment record comes last: without it there is no ledger.
    """
    if settings.home.exists() and any(settings.home.iterdir()):
        raise CounterfoilError(refusals.RESTORE_NOT_EMPTY, place=str(settings.home))
    with unpacked(path, passphrase=passphrase) as (manifest, folder):
        if manifest.schema_version != SCHEMA_VERSION:
            raise CounterfoilError(
                refusals.BACKUP_VERSION, found=manifest.schema_version, expected=SCHEMA_VERSION
            )
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _restore_store(settings, path, folder / "store", manifest)
        shutil.copytree(folder / "keys", settings.keys_directory)
        for private in (settings.keys_directory, *settings.keys_directory.iterdir()):
            private.chmod(0o700 if private.is_dir() else 0o600)
        if (folder / "chain").exists():
            shutil.copytree(folder / "chain", settings.chain_directory)
        name = settings.deployment_path.name
        shutil.copy2(folder / name, settings.home / f"{name}.new")
        os.sync()
        (settings.home / f"{name}.new").replace(settings.deployment_path)
    return manifest


def _restore_store(settings: Settings, path: Path, folder: Path, manifest: Manifest) -> None:
    engine = store_engine(settings)
    try:
        with engine.begin() as connection:
            check_server(connection)
            if not is_empty(connection):
                raise CounterfoilError(refusals.RESTORE_NOT_EMPTY, place="the database")
            bring_up_to_date(connection)
            clear(connection)
            _restore_tables(connection, path, folder, manifest)
    except DBAPIError as failed:
        raise StoreError(STORE_FAILED, reason=reason_of(failed)) from failed
    finally:
        engine.dispose()


def _restore_tables(connection: Connection, path: Path, folder: Path, manifest: Manifest) -> None:
    for name in table_names():
        with (folder / f"{name}.jsonl").open(encoding="utf-8", newline="\n") as lines:
            restored = restore_rows(connection, name, lines)
        if restored != manifest.rows.get(name):
            raise CounterfoilError(
                refusals.BACKUP_BROKEN, path=str(path), reason=f"{name} has {restored} rows"
            )
