"""`counterfoil key`: keys that somebody keeps apart from any ledger, to sign with offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.entrypoints.session import JsonOption, say, session_of, write_json

if TYPE_CHECKING:
    from counterfoil.chain.keystore import Keystore

key_app = typer.Typer(help="Your own keys, encrypted, apart from any ledger's home.", no_args_is_help=True)

KeysOption = Annotated[
    Path | None,
    typer.Option(
        "--keys", metavar="DIRECTORY", help="Where the keys lie; default: $COUNTERFOIL_SIGNING_KEYS."
    ),
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the key is called here.")]


def signing_keys(context: typer.Context, directory: Path | None, *, fresh: bool = False) -> Keystore:
    """The keystore of a signer. fresh: its passphrase is chosen, not asked for."""
    # Cryptography and its formats take a second to load, and help needs neither.
    from counterfoil.chain.keystore import Keystore  # noqa: PLC0415 - the line above says why

    session = session_of(context)
    settings = session.settings
    return Keystore(
        directory or settings.signing_keys,
        session.choose_passphrase if fresh else session.passphrase,
        scrypt_n=settings.keystore_scrypt_n,
    )


@key_app.command("new")
def new(context: typer.Context, name: NameArgument, *, keys: KeysOption = None) -> None:
    """Make a key; say its address to the registrar, and keep a copy of its file and its passphrase."""
    made = signing_keys(context, keys, fresh=True).create(name)
    say(f"Key {name}: {made.address}")


@key_app.command("list")
def list_all(context: typer.Context, *, keys: KeysOption = None, as_json: JsonOption = False) -> None:
    """Every key with its address."""
    keystore = signing_keys(context, keys)
    found = {name: keystore.address(name) for name in keystore.names()}
    if as_json:
        write_json([{"name": name, "address": address} for name, address in found.items()])
        return
    for name, address in found.items():
        say(f"{address}  {name}")


@key_app.command("show")
def show(
    context: typer.Context, name: NameArgument, *, keys: KeysOption = None, as_json: JsonOption = False
) -> None:
    """The address of one key."""
    address = signing_keys(context, keys).address(name)
    if as_json:
        write_json({"name": name, "address": address})
        return
    say(address)
