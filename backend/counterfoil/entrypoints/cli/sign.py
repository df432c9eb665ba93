"""`counterfoil sign`: read what is to be signed, and sign it with a key that is only here; offline."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.errors import DomainError
from counterfoil.domain.key_address import key_address
from counterfoil.entrypoints.cli.key import KeysOption, signing_keys
from counterfoil.entrypoints.session import session_of, write_json
from counterfoil.ingest.json_nesting import check_nesting

if TYPE_CHECKING:
    from counterfoil.chain.instructions.signing_request import SigningRequest
    from counterfoil.ports.engine import Signer

_STANDARD_INPUT = "-"
# An instruction's structs and lists go half as deep.
_DEEPEST = 16
_shown = Console(stderr=True, highlight=False)


def mount_signing(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("sign")(sign)


def sign(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="What the service handed out, as JSON; - reads it.")
    ],
    *,
    key: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which key signs; default: the one that the file asks for."),
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option(help="An encrypted key file (version 3) that lies elsewhere.")
    ] = None,
    keys: KeysOption = None,
    out: Annotated[Path | None, typer.Option(help="Where the signature goes; default: shown.")] = None,
    chain_id: Annotated[int | None, typer.Option(help="Sign for this chain only.")] = None,
    contract: Annotated[
        str | None, typer.Option(metavar="0x...", help="Sign for this contract only.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Show an instruction in plain words, and sign it with your own key.

    Nothing is signed that is not understood to the last field, is for another ledger than the one named, or
    is out of time.
    """
    if key is not None and key_file is not None:
        raise typer.BadParameter("--key and --key-file: name one key, not two")
    if file == _STANDARD_INPUT and not yes:
        raise typer.BadParameter("FILE: what comes by standard input is signed with --yes only")
    request = _read(file)
    request.require_ledger(chain_id=chain_id, contract=None if contract is None else key_address(contract))
    request.require_in_time(int(time.time()))
    _show(request)
    if not yes:
        typer.confirm("Sign this?", abort=True, err=True)
    answer = request.sign(_signer(context, request, key=key, key_file=key_file, keys=keys))
    if out is None:
        write_json(answer)
    else:
        out.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")


def _read(file: str) -> SigningRequest:
    # Cryptography and its formats take a second to load, and help needs neither.
    from counterfoil.chain.instructions.refusals import (  # noqa: PLC0415 - the line above says why
        SIGNING_FILE_INVALID,
    )
    from counterfoil.chain.instructions.signing_request import (  # noqa: PLC0415 - as above
        read_request,
    )

    name = "standard input" if file == _STANDARD_INPUT else Path(file).name
    text = sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()
    try:
        check_nesting(text.decode("utf-8"), deepest=_DEEPEST)
        content: Any = json.loads(text, object_pairs_hook=_once)
    except ValueError as unfit:
        raise DomainError(SIGNING_FILE_INVALID, file_name=name, reason="it is no JSON") from unfit
    return read_request(content, file_name=name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a name stands twice reads differently in other programs."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _show(request: SigningRequest) -> None:
    table = Table(show_header=False, title=escape(request.title), title_justify="left")
    for label, value in request.lines:
        table.add_row(escape(label), escape(value))
    table.add_row(
        "for the ledger", f"chain {request.domain.chain_id}, contract {request.domain.instructions}"
    )
    if request.key is not None:
        table.add_row("signed by", request.key)
    _shown.print(table)


def _signer(
    context: typer.Context,
    request: SigningRequest,
    *,
    key: str | None,
    key_file: Path | None,
    keys: Path | None,
) -> Signer:
    from counterfoil.chain.keystore import open_key_file  # noqa: PLC0415 - as in _read

    if key_file is not None:
        return open_key_file(key_file, session_of(context).passphrase)
    keystore = signing_keys(context, keys)
    if key is None:
        asked = [name for name in keystore.names() if keystore.address(name) == request.key]
        if len(asked) != 1:
            named = "the file names no key" if request.key is None else f"{request.key} is not among yours"
            raise typer.BadParameter(f"--key: {named}; name the key that signs, or its file with --key-file")
        key = asked[0]
    # Before the passphrase is asked for.
    request.require_key(keystore.address(key))
    return keystore.unlock(key)
