"""`counterfoil ledger`: the copy of the chain that the store keeps, compared with the chain or made anew."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.entrypoints.session import JsonOption, console, opened, say, session_of, write_json

ledger_app = typer.Typer(help="The store's copy of the ledger.", no_args_is_help=True)


@ledger_app.command("compare")
def compare(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Compare the read model with the contracts' views at the newest block. Exit code 1 on a difference."""
    # As in session.opened: loading takes seconds, and help needs none of it.
    from counterfoil.usecases.indexing.running_comparison import (  # noqa: PLC0415 - the line above says why
        RunningComparison,
    )

    with opened(context) as ledger:
        bench = ledger.bench
        results = RunningComparison(bench.ledger, bench.store, bench.read_model).run_once()
    if as_json:
        write_json(
            [
                {
                    "scope": each.scope,
                    "block": each.block_number,
                    "equal": each.equal,
                    "read_model": each.model_digest,
                    "chain": each.chain_digest,
                    "difference": each.difference,
                }
                for each in results
            ]
        )
    else:
        block = results[0].block_number if results else 0
        table = Table("scope", "equal", "digest of the chain", "first difference", title=f"Block {block}")
        for each in results:
            verdict = "[green]yes[/]" if each.equal else "[red]NO[/]"
            table.add_row(each.scope, verdict, each.chain_digest[:16], escape(each.difference or ""))
        console.print(table)
    if not all(each.equal for each in results):
        raise typer.Exit(1)


@ledger_app.command("rebuild")
def rebuild(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Read every block of the chain anew into the store's tables. Stop the service first."""
    from counterfoil.bootstrap import open_ledger  # noqa: PLC0415 - loading it takes seconds
    from counterfoil.usecases.read_model import ReadModel  # noqa: PLC0415 - likewise

    session = session_of(context)
    with open_ledger(session.settings, passphrase=session.passphrase, up_to_date=False) as ledger:
        read_model = ledger.bench.read_model
        if not isinstance(read_model, ReadModel):
            raise TypeError("this read model has no chain to read from")
        rebuilt = read_model.rebuild()
        read_model.sync()
    if as_json:
        write_json({"blocks": rebuilt.blocks, "events": rebuilt.events, "same": rebuilt.same})
        return
    outcome = "The tables are what they were." if rebuilt.same else "The tables were not right; now they are."
    say(f"{rebuilt.blocks:,} blocks with {rebuilt.events:,} events read. {outcome}")
