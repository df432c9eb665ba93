"""`counterfoil party key-proof`, `rotate-key`, `add-key` and `remove-key`: keys that come and go."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.entrypoints.key_proof_file import read_proof
from counterfoil.entrypoints.session import say, workbench, write_json
from counterfoil.usecases.keys.own_keys import add_own_key, remove_own_key
from counterfoil.usecases.keys.party_keys import add_party_key, remove_party_key
from counterfoil.usecases.keys.rotate_key import key_proof, rotate_key

_PartyArgument = Annotated[
    str, typer.Argument(metavar="PARTY", help="Number, identifier or exact name of the party.")
]
_AddressArgument = Annotated[str, typer.Argument(metavar="0x...", help="Address of the key.")]
_ProofOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What `counterfoil sign` made with the new key of `key-proof`."),
]


def mount_party_keys(app: typer.Typer) -> None:
    """Add the commands to `party`."""
    app.command("key-proof")(proof_request)
    app.command("rotate-key")(rotate)
    app.command("add-key")(add)
    app.command("remove-key")(remove)


def proof_request(
    context: typer.Context,
    party: _PartyArgument,
    *,
    new_key: Annotated[str, typer.Option(metavar="0x...", help="Address of the new key.")],
    beside: Annotated[
        bool, typer.Option("--beside", help="The new key comes beside the others, for `add-key`.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long the proof is good.")] = 7,
    out: Annotated[Path | None, typer.Option(help="Where it goes; default: shown.")] = None,
) -> None:
    """Write what the holder of a new key signs, so that a mistyped address locks nobody out."""
    with workbench(context) as bench:
        message = key_proof(
            bench,
            actor=party,
            new_key=new_key,
            deadline_at=bench.now() + timedelta(days=days),
            beside=beside,
        )
    if out is None:
        write_json(message)
    else:
        out.write_text(json.dumps(message, indent=2) + "\n", encoding="utf-8")
        say(f"To be signed with the new key: {out}")


def rotate(context: typer.Context, party: _PartyArgument, *, proof: _ProofOption = None) -> None:
    """Put a new key in the place of the party's: one made here, or one that the party keeps itself."""
    new = None if proof is None else read_proof(proof)
    with workbench(context) as bench:
        changed = rotate_key(bench, actor=party, new=new)
    say(f"The party acts with {changed.key} from now on; its old key acts no more.", changed)


def add(
    context: typer.Context,
    party: _PartyArgument,
    *,
    proof: _ProofOption = None,
    key_address: Annotated[
        str | None, typer.Option(metavar="0x...", help="A key that the registrar gives the party.")
    ] = None,
) -> None:
    """Give a party a further key: by the party itself with a proof, or by the registrar."""
    if (proof is None) == (key_address is None):
        raise typer.BadParameter("--proof, --key-address: give one of them")
    new = None if proof is None else read_proof(proof)
    with workbench(context) as bench:
        if new is not None:
            changed = add_own_key(bench, actor=party, new=new)
        else:
            changed = add_party_key(bench, party=party, key=str(key_address))
    say(f"The party acts with {changed.key} too from now on.", changed)


def remove(
    context: typer.Context,
    party: _PartyArgument,
    key: _AddressArgument,
    *,
    own: Annotated[bool, typer.Option("--own", help="The party does it itself, not the registrar.")] = False,
) -> None:
    """Take a key from a party; it never acts for anybody again but this party."""
    with workbench(context) as bench:
        if own:
            changed = remove_own_key(bench, actor=party, key=key)
        else:
            changed = remove_party_key(bench, party=party, key=key)
    say("The key acts no more.", changed)
