"""`counterfoil chain`: the network's endpoints as they are now."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.entrypoints.session import JsonOption, console, say, session_of, write_json

if TYPE_CHECKING:
    from counterfoil.chain.endpoints.rules import PoolState

chain_app = typer.Typer(help="The network that the ledger runs on.", no_args_is_help=True)


@chain_app.callback()
def chain() -> None:
    """The network that the ledger runs on."""


@chain_app.command("show")
def show(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Ask every endpoint how it is: reached, up to date, believed, and if not, why. Exit code 1 for trouble.

    Needs no passphrase. Where there is a ledger in the home, endpoints must be of its chain.
    """
    # As in session.opened: the chain takes seconds to load.
    from counterfoil.bootstrap import open_network, read_deployment  # noqa: PLC0415 - the line above says why

    settings = session_of(context).settings
    deployment = read_deployment(settings) if settings.deployment_path.exists() else None
    with open_network(settings, deployment) as network:
        found = network.pool.look()
        words = network.profile.words
    if as_json:
        write_json(asdict(found))
    else:
        console.print(_table(found))
        say(_sentence(found, words))
    if found.trouble is not None or not any(each.state == "healthy" for each in found.endpoints):
        raise typer.Exit(1)


def _table(found: PoolState) -> Table:
    table = Table("endpoint", "at", "state", "block", "its time", "ms", "why", title_justify="left")
    for each in found.endpoints:
        time = "" if each.head_time_s is None else f"{datetime.fromtimestamp(each.head_time_s, UTC):%H:%M:%S}"
        table.add_row(
            escape(each.name),
            each.place,
            each.state,
            "" if each.height is None else str(each.height),
            time,
            "" if each.latency_ms is None else f"{each.latency_ms:.0f}",
            escape(each.reason),
        )
    return table


def _sentence(found: PoolState, words: str) -> str:
    chain_id = "not known" if found.chain_id is None else str(found.chain_id)
    told = f"Chain {chain_id} on {words}; blocks are proven by {found.proven_by}."
    return f"{told} Newest block: {found.newest_block}." + (
        f" Trouble: {found.trouble}." if found.trouble is not None else ""
    )
