"""Takes a backup of an installation that may be at work.

The order makes it consistent. First all rows of the store, in one picture; then the keys, of which there are
never fewer than the store speaks of; last the chain, which is then at the store's block or beyond. A restored
service reads the blocks that its store lacks as after any restart, and finds in them what it does not know
it had sent: an instruction has its effect once.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from counterfoil.bootstrap import read_deployment, store_engine
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.embedded.kv import STORE_NAME
from counterfoil.chain.embedded.ledger import IDENTITY_NAME
from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.backup import refusals
from counterfoil.entrypoints.backup.archive import FORMAT, MANIFEST, Manifest, describe_parts, pack
from counterfoil.settings import Settings
from counterfoil.store.dump import rows_as_text, table_names
from counterfoil.store.engines import Door, through
from counterfoil.store.failures import STORE_FAILED, StoreError, reason_of
from counterfoil.store.schema import SCHEMA_VERSION
from counterfoil.store.service.service_state import SqlServiceState


def create_backup(settings: Settings, target: Path, *, passphrase: str | None) -> Manifest:
    """Write a backup of the home and its store to a file that does not exist yet.

    passphrase: encrypts the whole; None: names and wordings stand in it in clear, and keys as they are at
    home, under its own passphrase. Raises CounterfoilError NothingToBackUp, BackupExists, BackupVersion,
    StoreError.
    """
    if not settings.deployment_path.exists():
        raise CounterfoilError(refusals.NOTHING_TO_BACK_UP, home=str(settings.home))
    if target.exists():
        raise CounterfoilError(refusals.BACKUP_EXISTS, path=str(target))
    with tempfile.TemporaryDirectory(prefix="counterfoil-", dir=target.parent) as made:
        folder = Path(made) / "parts"
        folder.mkdir()
        database, store_block, rows = _dump_store(settings, folder / "store")
        shutil.copytree(settings.keys_directory, folder / "keys")
        shutil.copy2(settings.deployment_path, folder / settings.deployment_path.name)
        chain_block = None if settings.chain is not None else _copy_chain(settings, folder / "chain")
        deployment = read_deployment(settings)
        manifest = Manifest(
            format=FORMAT,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            program=version("counterfoil"),
            schema_version=SCHEMA_VERSION,
            database=database,
            store_block=store_block,
            chain_block=chain_block,
            chain_id=deployment.chain_id,
            genesis_hash=deployment.genesis_hash,
            rows=rows,
            parts=describe_parts(folder),
        )
        (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        pack(folder, target, passphrase=passphrase, scrypt_n=settings.keystore_scrypt_n)
    return manifest


def _dump_store(settings: Settings, folder: Path) -> tuple[str, int, dict[str, int]]:
    """The kind of database, the block of its checkpoint, and how many rows each table has."""
    folder.mkdir()
    engine = store_engine(settings)
    rows: dict[str, int] = {}
    try:
        with through(engine, Door.READING).begin() as connection:
            state = SqlServiceState(connection)
            if state.schema_version() != SCHEMA_VERSION:
                raise CounterfoilError(
                    refusals.BACKUP_VERSION, found=state.schema_version(), expected=SCHEMA_VERSION
                )
            store_block = state.indexed_block()
            for name in table_names():
                rows[name] = 0
                with (folder / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n") as target:
                    for line in rows_as_text(connection, name):
                        target.write(line)
                        rows[name] += 1
    except DBAPIError as failed:
        raise StoreError(STORE_FAILED, reason=reason_of(failed)) from failed
    finally:
        engine.dispose()
    return engine.dialect.name, store_block, rows


def _copy_chain(settings: Settings, folder: Path) -> int:
    """Copy the embedded chain as it is at one moment, and open the copy; its newest block."""
    folder.mkdir()
    shutil.copy2(settings.chain_directory / IDENTITY_NAME, folder / IDENTITY_NAME)
    with (
        closing(sqlite3.connect(f"file:{settings.chain_directory / STORE_NAME}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(folder / STORE_NAME)) as copy,
    ):
        # In one step, so that no block comes in between.
        source.backup(copy, pages=-1, progress=_give_up_when_locked)
    with open_embedded_chain(folder) as chain:
        block = chain.web3.eth.block_number
    for left in folder.iterdir():
        if left.name not in (STORE_NAME, IDENTITY_NAME):
            left.unlink()
    return block


def _give_up_when_locked(step: int, _remaining: int, _total: int) -> None:
    # SQLite asks again and again while another program, or an earlier version of this one, has the file.
    if step in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise CounterfoilError(refusals.CHAIN_BUSY)
