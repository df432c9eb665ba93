"""`counterfoil audit`: is the service's audit log as it was written, and as the chain says?"""

from __future__ import annotations

import typer

from counterfoil.entrypoints.session import JsonOption, opened, say, write_json

audit_app = typer.Typer(help="The audit log of the service.", no_args_is_help=True)


@audit_app.command("verify")
def verify_command(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Follow the audit log entry by entry and compare it with every head that is anchored on chain."""
    # Chain and store take seconds to load, and help needs neither.
    from counterfoil.bootstrap import ANCHOR_KEY  # noqa: PLC0415 - the line above says why
    from counterfoil.chain.anchors import ChainAnchors  # noqa: PLC0415 - likewise
    from counterfoil.usecases.identity.audit_log import chain_anchors, verify_audit_log  # noqa: PLC0415 - likewise

    with opened(context) as ledger:
        anchors = chain_anchors(ChainAnchors(ledger.gateway, address=ledger.keys.ensure(ANCHOR_KEY)))
        with ledger.store.read() as work:
            found = verify_audit_log(work, anchors=anchors)
    if as_json:
        write_json(
            {
                "sequence": found.head.sequence,
                "entry_hash": found.head.entry_hash,
                "anchors": found.anchors,
                "anchored_up_to": found.anchored_up_to,
            }
        )
        return
    say(f"The audit log is whole: {found.head.sequence} entries, head {found.head.entry_hash}.")
    if found.anchors:
        say(f"It agrees with {found.anchors} anchors on chain, the newest of entry {found.anchored_up_to}.")
    else:
        say("Nothing of it is anchored on chain yet: what was cut off its end would not show.")
