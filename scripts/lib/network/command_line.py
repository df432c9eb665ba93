"""The command line of a network: `scripts/network COMMAND --help` explains each."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from network.engine import build, is_built
from network.failures import NetworkError
from network.members import Folder
from network.network import Network
from network.placement import Place, assemble, make_identity
from network.plan import DEFAULT_BASE_PORT, DEFAULT_CHAIN_ID, Clock, Links, NetworkPlan, members_of
from network.state import ValidatorState

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
# A pipe has no width of its own; a table cut to 80 characters would lose the addresses.
out = Console(width=None if sys.stdout.isatty() else 120)
problems = Console(stderr=True, highlight=False)

Dir = Annotated[Path, typer.Option("--dir", help="The network's folder.")]
DEFAULT_DIR = Path(".network")
Index = Annotated[int, typer.Argument(help="A validator's number, from 1.")]
Indices = Annotated[list[int], typer.Argument(help="Validators' numbers, from 1.")]


@app.command()
def up(  # noqa: PLR0917  # typer calls it, with names
    directory: Dir = DEFAULT_DIR,
    validators: Annotated[int | None, typer.Option(help="How many validators.")] = None,
    members: Annotated[str | None, typer.Option(help="Their names, between commas.")] = None,
    base_port: Annotated[
        int, typer.Option(help="Validator i takes 10 ports from here + 10 (i - 1).")
    ] = DEFAULT_BASE_PORT,
    chain_id: Annotated[int, typer.Option(help="The chain's number in signatures.")] = DEFAULT_CHAIN_ID,
    block_period_ms: Annotated[int, typer.Option(help="From one block to the next.")] = 1000,
    round_timeout_ms: Annotated[int, typer.Option(help="How long a silent proposer is waited for.")] = 4000,
    execution_limit_ms: Annotated[int, typer.Option(help="How long a proposer fills its block.")] = 400,
    kept_states: Annotated[int, typer.Option(help="Keep states of so many blocks; 0 for all.")] = 0,
    cache_mb: Annotated[
        int, typer.Option(help="Memory for a validator's database, and again for its state.")
    ] = 256,
    namespaces: Annotated[bool, typer.Option("--namespaces", help="Links that can be cut (root).")] = False,
    adjustable_clock: Annotated[
        bool, typer.Option("--adjustable-clock", help="For tests: see advance.")
    ] = False,
) -> None:
    """Make the network if the folder has none, start its validators and print where they are.

    In a folder that has a network the options that make one are not looked at: its plan holds.
    """
    if (directory / "plan.json").exists():
        network = Network(directory)
    else:
        plan = NetworkPlan(
            members=members_of(validators, members),
            chain_id=chain_id,
            base_port=base_port,
            block_period_ms=block_period_ms,
            round_timeout_ms=round_timeout_ms,
            execution_limit_ms=execution_limit_ms,
            kept_states=kept_states,
            cache_mb=cache_mb,
            links=Links.NAMESPACES if namespaces else Links.LOOPBACK,
            clock=Clock.ADJUSTABLE if adjustable_clock else Clock.WALL,
        )
        if not is_built(plan.clock):
            build()
        network = Network.create(directory, plan)
    started = network.start()
    network.wait_for_height(1)
    out.print(
        f"{len(started)} of {len(network.validators)} validators started; "
        f"chain {network.plan.chain_id}, a block every {network.plan.block_period_ms} ms"
    )
    _print_states(network.states())
    out.print(f"Give others [bold]--chain {network.descriptor}[/bold]", soft_wrap=True)


@app.command()
def down(directory: Dir = DEFAULT_DIR) -> None:
    """Stop every validator. Keys and chain stay: up goes on from there."""
    ended = Network(directory).down()
    out.print(f"Stopped {_listed(ended)}" if ended else "No validator was running")


@app.command()
def destroy(
    directory: Dir = DEFAULT_DIR,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
) -> None:
    """Stop every validator and delete keys and chain."""
    network = Network(directory)
    if not yes:
        typer.confirm(f"Delete {network.root} with its keys and its chain?", abort=True)
    network.destroy()
    out.print(f"Deleted {network.root}", soft_wrap=True)


@app.command()
def status(
    directory: Dir = DEFAULT_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print what each validator is doing."""
    states = Network(directory).states()
    if as_json:
        typer.echo(json.dumps([state.as_json() for state in states], indent=2))
    else:
        _print_states(states)


@app.command()
def endpoints(directory: Dir = DEFAULT_DIR) -> None:
    """Print each validator's JSON-RPC address, one a line."""
    network = Network(directory)
    for index in network.validators:
        typer.echo(network.endpoint(index))


@app.command()
def logs(
    index: Index,
    directory: Dir = DEFAULT_DIR,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as it grows.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", help="How many lines from the end.")] = 50,
) -> None:
    """Print the end of a validator's log."""
    path = Network(directory).folder(index).log
    if not path.exists():
        raise NetworkError(f"Validator {index} has no log", "Start it first")
    raise typer.Exit(subprocess.call(["tail", "-n", str(lines), *(["-F"] if follow else []), str(path)]))


@app.command()
def kill(indices: Indices, directory: Dir = DEFAULT_DIR) -> None:
    """End validators at once, as a loss of power would (SIGKILL)."""
    ended = Network(directory).kill(*indices)
    out.print(f"Killed {_listed(ended)}" if ended else "None of them was running")


@app.command()
def stop(indices: Indices, directory: Dir = DEFAULT_DIR) -> None:
    """Ask validators to end (SIGTERM) and wait for them."""
    ended = Network(directory).stop(*indices)
    out.print(f"Stopped {_listed(ended)}" if ended else "None of them was running")


@app.command()
def start(indices: Indices, directory: Dir = DEFAULT_DIR) -> None:
    """Start validators that were killed or stopped."""
    started = Network(directory).start(indices)
    out.print(f"Started {_listed(started)}" if started else "They were running already")


@app.command()
def partition(
    groups: Annotated[str, typer.Argument(help="Who still reaches whom, as in 1,2/3,4.")],
    directory: Dir = DEFAULT_DIR,
) -> None:
    """Cut the links between groups of validators. Their JSON-RPC stays reachable."""
    try:
        parted = [[int(index) for index in group.split(",")] for group in groups.split("/")]
    except ValueError as error:
        raise NetworkError(
            f"{groups!r} does not name groups of validators", "Write them as in 1,2/3,4"
        ) from error
    Network(directory).partition(*parted)
    out.print(f"Cut {groups.replace('/', ' | ')}")


@app.command()
def heal(directory: Dir = DEFAULT_DIR) -> None:
    """Join what partition cut."""
    Network(directory).heal()
    out.print("All validators reach each other again")


@app.command()
def admit(
    name: Annotated[str, typer.Argument(help="The new member's name.")],
    directory: Dir = DEFAULT_DIR,
) -> None:
    """Make a new member's validator, vote it in with the others, start it and wait until it has caught up."""
    index = Network(directory).admit(name)
    out.print(f"{name} is validator {index}: voted in by more than half of the others, and caught up")


@app.command()
def remove(index: Index, directory: Dir = DEFAULT_DIR) -> None:
    """Vote a validator out with the others and drop its connections."""
    Network(directory).remove(index)
    out.print(f"Validator {index} is voted out, and the others refuse its connections")


@app.command()
def advance(
    seconds: Annotated[int, typer.Argument(help="How far.")],
    directory: Dir = DEFAULT_DIR,
) -> None:
    """Move the clock of a test network forward (made with --adjustable-clock)."""
    network = Network(directory)
    network.advance(seconds)
    out.print(f"The clock is {seconds} s further; the latest block's second is {network.block_time_s(1)}")


@app.command()
def identity(
    name: Annotated[str, typer.Argument(help="The member's name.")],
    directory: Annotated[Path, typer.Option("--dir", help="Where the member's key is made.")],
) -> None:
    """Make a member's key on its own machine, and its public half for the others to have."""
    made = make_identity(directory, name)
    out.print(
        f"{name} has the address {made.address}; send {directory / 'identity.json'} to the others",
        soft_wrap=True,
    )


@app.command("assemble")
def assemble_here(  # noqa: PLR0917  # typer calls it, with names
    places: Annotated[list[str], typer.Argument(help="All members: FILE@HOST:PORT, where others dial them.")],
    directory: Annotated[Path, typer.Option("--dir", help="The folder with this member's key.")],
    chain_id: Annotated[int, typer.Option(help="The chain's number in signatures.")],
    made_at: Annotated[int, typer.Option(help="The genesis block's second since 1970, agreed on.")],
    block_period_ms: Annotated[int, typer.Option(help="From one block to the next.")] = 1000,
    round_timeout_ms: Annotated[int, typer.Option(help="How long a silent proposer is waited for.")] = 4000,
    execution_limit_ms: Annotated[int, typer.Option(help="How long a proposer fills its block.")] = 400,
    cache_mb: Annotated[int, typer.Option(help="Memory for the database, and again for the state.")] = 256,
    rpc_host: Annotated[str, typer.Option(help="Where this member's own JSON-RPC listens.")] = "127.0.0.1",
    rpc_port: Annotated[int, typer.Option(help="Its port, the same for every member.")] = DEFAULT_BASE_PORT,
) -> None:
    """Write what this member needs to run its validator on this machine, from everybody's identities."""
    parsed = [Place.parse(place) for place in places]
    plan = NetworkPlan(
        members=tuple(place.identity.name for place in parsed),
        chain_id=chain_id,
        block_period_ms=block_period_ms,
        round_timeout_ms=round_timeout_ms,
        execution_limit_ms=execution_limit_ms,
        cache_mb=cache_mb,
    )
    if not is_built(plan.clock):
        build()
    genesis_hash = assemble(directory, plan, parsed, made_at_s=made_at, rpc=(rpc_host, rpc_port))
    digest = hashlib.sha256(Folder(directory).genesis.read_bytes()).hexdigest()
    out.print(f"Genesis block  {genesis_hash}\ngenesis.json   {digest} (SHA-256)", soft_wrap=True)
    out.print("Every member must read out the same two values before the first start.")


def _listed(indices: list[int]) -> str:
    return f"validator{'s' if len(indices) > 1 else ''} {', '.join(map(str, indices))}"


def _print_states(states: list[ValidatorState]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "Member", "State", "Block", "Hash", "Peers", "In consensus", "Memory", "JSON-RPC"):
        table.add_column(heading, no_wrap=True)
    for state in states:
        table.add_row(
            str(state.index),
            state.name,
            _state_word(state),
            _or_dash(state.height),
            _or_dash(state.block_hash and state.block_hash[:10]),
            _or_dash(state.peers),
            _or_dash(None if state.validates is None else "yes" if state.validates else "no"),
            _or_dash(state.memory_mb and f"{state.memory_mb} MB"),
            state.endpoint,
        )
    out.print(table)
    if len({state.group for state in states}) > 1:
        for group in sorted({state.group for state in states if state.group is not None}):
            out.print(f"Cut off together: {', '.join(str(s.index) for s in states if s.group == group)}")


def _state_word(state: ValidatorState) -> str:
    if not state.running:
        return "down"
    if not state.answers:
        return "silent"
    return "catching up" if state.syncing else "running"


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)


def main() -> None:
    """Run a command; a refusal ends it with its reason and status 1."""
    try:
        app(prog_name="scripts/network")
    except NetworkError as error:
        problems.print(f"{error.reason}.\n{error.remedy}.", soft_wrap=True, markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
