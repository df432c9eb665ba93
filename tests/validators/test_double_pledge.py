"""The same lot promised to two funders on the two sides of a cut: one promise stands, whatever happens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from network_ground import ALL, Ground, Report, until
from pydantic import SecretStr
from running_worker import running_worker

from counterfoil.domain.commands import CommandState
from counterfoil.settings import Settings
from counterfoil.store.unit_of_work import Store, open_sqlite
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.resolving import find_party
from ledger_support import BANK, HALDEN, LAHN, SECOND_BANK, record, settings_of, ubl
from outbox_support import accept, command, euros, problem_of

pytestmark = pytest.mark.needs_network


@dataclass(frozen=True, slots=True)
class Service:
    """A member's own service, which knows one validator only."""

    settings: Settings
    store: Store


@contextmanager
def service_at(ground: Ground, index: int, home: Path) -> Iterator[Service]:
    """A copy of the home whose relaying keys are its own."""
    shutil.copytree(ground.settings.home, home)
    for key in (home / "keys").glob("relayer*"):
        key.unlink()
    chain = SecretStr(ground.network.endpoint(index))
    settings = settings_of(home).model_copy(update={"chain": chain})
    store = open_sqlite(settings.store_path)
    try:
        yield Service(settings, store)
    finally:
        store.close()


def new_lot(ground: Ground, number: str) -> tuple[int, dict[str, int]]:
    """A confirmed note that Lahn holds whole; its number, and the numbers of the two funders."""
    with ground.ledger() as ledger:
        bench = ledger.bench
        record(bench, ubl(number, "500.00"))
        opened = propose_note(bench, actor=LAHN.key, invoices=[number])
        confirm_note(bench, actor=HALDEN.key, note_id=opened.note_id)
        funders = {firm.name: find_party(bench, firm.key).party_id for firm in (BANK, SECOND_BANK)}
    return opened.note_id, {name: number for name, number in funders.items() if number is not None}


def test_a_lot_pledged_on_both_sides_of_a_cut_is_pledged_once(
    whole: Ground, tmp_path: Path, report: Report
) -> None:
    note_id, funders = new_lot(whole, "TWICE-1")
    lahn, from_block = whole.members[LAHN.name], whole.checkpoint() + 1
    with ExitStack() as stack:
        sides = [
            stack.enter_context(service_at(whole, index, tmp_path / f"service-{index}")) for index in (1, 3)
        ]
        for side in sides:
            stack.enter_context(running_worker(side.settings))
        until(lambda: all(map(_beats, sides)), within_s=60, what="both services run")
        whole.network.partition((1, 2), (3, 4))
        until(lambda: whole.is_quiet(ALL, for_s=2), within_s=30, what="blocks end on both sides")
        pledges = []
        for side, (name, party_id) in zip(sides, funders.items(), strict=True):
            body = {
                "asset": f"lot:{note_id}.0.0",
                "pledgee_party_id": party_id,
                "secured": euros(40_000),
                "agreement": f"Pledge to {name}",
            }
            pledges.append(accept(side.store, lahn, "pledge_asset", body))
        until(
            lambda: all(
                command(side.store, pledge).state is CommandState.SENT
                for side, pledge in zip(sides, pledges, strict=True)
            ),
            within_s=60,
            what="each side has taken a pledge of the lot",
        )
        whole.network.heal()
        until(
            lambda: all(
                command(side.store, pledge).state.is_final
                for side, pledge in zip(sides, pledges, strict=True)
            ),
            within_s=120,
            what="both pledges have come to an end",
        )
        ends = [command(side.store, pledge).state for side, pledge in zip(sides, pledges, strict=True)]
        assert sorted(ends) == [CommandState.DONE, CommandState.REFUSED]
        refused = ends.index(CommandState.REFUSED)
        reason = problem_of(sides[refused].store, pledges[refused])
        assert reason["code"] == "AssetEncumbered", reason
    with whole.ledger() as ledger:
        events = list(ledger.gateway.events(from_block=from_block))
    placed = [each for each in events if each.event == "LienPlaced"]
    assert len(placed) == 1, placed
    whole.see_that_nothing_forked()
    report(
        fault="one lot pledged to two funders across a partition",
        did="two services, one on each half, pledge the same lot to different funders; links joined",
        remark="one pledge is done, the other one refused by the contract; one lien on the chain",
    )


def _beats(side: Service) -> bool:
    with side.store.read() as work:
        return work.outbox.last_beat() is not None
