"""`counterfoil backup`: create, verify, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from counterfoil.entrypoints.backup.archive import Manifest
from counterfoil.entrypoints.session import JsonOption, say, session_of, write_json
from counterfoil.settings import Settings

backup_app = typer.Typer(
    help="Back an installation up while it runs; restore it into an empty place.", no_args_is_help=True
)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


@backup_app.command("create")
def create(
    context: typer.Context,
    file: FileArgument,
    *,
    encrypt: Annotated[
        bool,
        typer.Option("--encrypt", help="By the passphrase of $COUNTERFOIL_BACKUP_PASSPHRASE; asked without."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a backup of home and store to a new file."""
    # Chain and store take seconds to load.
    from counterfoil.entrypoints.backup.create_backup import create_backup  # noqa: PLC0415 - as above

    settings = session_of(context).settings
    passphrase = _passphrase(settings)
    if encrypt and passphrase is None:
        passphrase = typer.prompt(
            "Passphrase of the backup", hide_input=True, confirmation_prompt=True, err=True
        )
    made = create_backup(settings, file, passphrase=passphrase if encrypt else None)
    _show(made, "Written", as_json=as_json)


@backup_app.command("verify")
def verify(context: typer.Context, file: FileArgument, *, as_json: JsonOption = False) -> None:
    """Read a backup whole and check every part of it."""
    from counterfoil.entrypoints.backup.restore_backup import verify_backup  # noqa: PLC0415 - as above

    found = verify_backup(file, passphrase=_passphrase(session_of(context).settings))
    _show(found, "Whole", as_json=as_json)


@backup_app.command("restore")
def restore(context: typer.Context, file: FileArgument, *, as_json: JsonOption = False) -> None:
    """Restore a backup into a home that does not exist and a database without tables."""
    from counterfoil.entrypoints.backup.restore_backup import restore_backup  # noqa: PLC0415 - as above

    settings = session_of(context).settings
    restored = restore_backup(settings, file, passphrase=_passphrase(settings))
    _show(restored, "Restored", as_json=as_json)


def _passphrase(settings: Settings) -> str | None:
    given = settings.backup_passphrase
    return None if given is None else given.get_secret_value()


def _show(manifest: Manifest, done: str, *, as_json: bool) -> None:
    rows = sum(manifest.rows.values())
    if as_json:
        write_json(
            {
                "made_at": manifest.made_at,
                "schema_version": manifest.schema_version,
                "store_block": manifest.store_block,
                "chain_block": manifest.chain_block,
                "rows": rows,
                "parts": len(manifest.parts),
            }
        )
        return
    chain = "the chain is elsewhere" if manifest.chain_block is None else f"chain at {manifest.chain_block}"
    say(
        f"{done}: {rows} rows in {len(manifest.rows)} tables, store at block {manifest.store_block}, {chain}."
    )
