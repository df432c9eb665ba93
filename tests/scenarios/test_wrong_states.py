"""Every command in every state of a note and of a lot: what goes through, and how the rest is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import LotId
from counterfoil.domain.state.ledger_state import Note
from counterfoil.domain.states import LotState, NoteState
from model import commands, money_commands
from model.commands import Command, digest
from scenarios.scenario_table import (
    DAY_S,
    IDS,
    KEYS,
    MATURITY_S,
    Row,
    Scenario,
    Wait,
    assign,
    confirm,
    live,
    offer_loan,
    offer_purchase,
    pledge,
    propose,
    release,
    root,
    settle,
    share,
    split,
)

STATED = [share("state", 1000)]
PROPOSED = [Row("s1", propose("core", "s1", *STATED))]
LIVE = [*PROPOSED, Row("core", confirm(1, 1000))]
MATURED = [*LIVE, Wait(until_s=MATURITY_S), Row("s3", commands.mark_matured(1))]
OVERDUE = [*MATURED, Wait(until_s=MATURITY_S + DAY_S), Row("s3", commands.mark_overdue(1))]

PATHS: dict[NoteState, list[Row | Wait]] = {
    NoteState.PROPOSED: [*PROPOSED],
    NoteState.LIVE: [*LIVE],
    NoteState.REJECTED: [*PROPOSED, Row("core", commands.reject_note(1, STATED, digest("no")))],
    NoteState.WITHDRAWN: [*PROPOSED, Row("s1", commands.withdraw_note(1, STATED))],
    NoteState.CANCELLED: [*LIVE, Row("s1", commands.cancel(1, STATED, digest("void")))],
    NoteState.DISPUTED: [*LIVE, Row("core", commands.dispute(1, 100, digest("goods")))],
    NoteState.MATURED: [*MATURED],
    NoteState.OVERDUE: [*OVERDUE],
    NoteState.SETTLED: [*MATURED, Row("core", settle(1, 1000, (0, 0, 0)))],
    NoteState.WRITTEN_OFF: [*OVERDUE, Row("arbiter", commands.write_off(1, digest("lost")))],
}

PROP, ALIVE, DISP, MAT, OVER = (
    NoteState.PROPOSED,
    NoteState.LIVE,
    NoteState.DISPUTED,
    NoteState.MATURED,
    NoteState.OVERDUE,
)
NOTE_STATE, MOVES = "UnexpectedNoteState", "NoteNotTransferable"
# name: who, command, states in which it goes through, what the others are told.
NOTE_COMMANDS: dict[str, tuple[str, Command, tuple[NoteState, ...], str]] = {
    "confirm": ("core", confirm(1, 1000), (PROP,), NOTE_STATE),
    "reject": ("core", commands.reject_note(1, STATED, digest("no")), (PROP,), NOTE_STATE),
    "withdraw": ("s1", commands.withdraw_note(1, STATED), (PROP,), NOTE_STATE),
    "cancel": ("s1", commands.cancel(1, STATED, digest("void")), (ALIVE,), NOTE_STATE),
    "dispute": ("core", commands.dispute(1, 10, digest("goods")), (ALIVE, MAT), NOTE_STATE),
    "withdraw_dispute": ("core", commands.withdraw_dispute(1), (DISP,), NOTE_STATE),
    "resolve_dispute": ("arbiter", commands.resolve_dispute(1, 10, digest("award")), (DISP,), NOTE_STATE),
    "write_off": ("arbiter", commands.write_off(1, digest("lost")), (OVER,), NOTE_STATE),
    "split": ("s1", split(root(1), ("s1", 1), ("s1", 999)), (ALIVE,), MOVES),
    "assign": ("s1", assign(root(1), "s2"), (ALIVE,), MOVES),
    "pledge": ("s1", pledge(root(1), "lender", 10), (ALIVE,), MOVES),
    "offer_loan": ("lender", offer_loan(root(1), 10), (ALIVE,), NOTE_STATE),
    "offer_purchase": ("lender", offer_purchase(root(1), 10), (ALIVE,), NOTE_STATE),
}
# What depends on the clock: in these states, at the time in which the path above leaves the note.
TIMED: dict[str, tuple[str, Command, dict[NoteState, str]]] = {
    "mark_matured": ("s3", commands.mark_matured(1), {ALIVE: "NotMatured"}),
    "mark_overdue": ("s3", commands.mark_overdue(1), {ALIVE: "NotMatured", MAT: "NotOverdue"}),
    "settle": (
        "core",
        settle(1, 1000, (0, 0, 0)),
        {ALIVE: "NotMatured", DISP: "NotMatured", MAT: "", OVER: ""},
    ),
}


@pytest.mark.parametrize("state", PATHS, ids=lambda state: state.name)
def test_commands_on_a_note_in_each_state(scenario: Scenario, state: NoteState) -> None:
    scenario.play(PATHS[state])
    assert scenario.twin.state.notes[1].state is state
    # Offers look at the expiry before the note; the paths of time have passed it.
    late = scenario.twin.now_s > MATURITY_S - 1
    expected = {
        name: "" if state in allowed else told
        for name, (_, _, allowed, told) in NOTE_COMMANDS.items()
        if not (late and name.startswith("offer"))
    }
    expected |= {name: told.get(state, NOTE_STATE) for name, (_, _, told) in TIMED.items()}
    rows = {name: row[:2] for name, row in {**NOTE_COMMANDS, **TIMED}.items()}
    assert {name: _outcome(scenario, *rows[name]) for name in expected} == expected


def _outcome(scenario: Scenario, who: str, command: Command) -> str:
    """How it ends; nothing of it stays."""
    result = scenario.twin.attempt(KEYS[who], command)
    return result.code if isinstance(result, DomainError) else ""


CHILD = LotId(1, 1, 1)
CUT = [*LIVE, Row("s1", split(root(1), ("s1", 400), ("s1", 600)))]
LOT_PATHS: dict[LotState, list[Row | Wait]] = {
    LotState.FREE: [*CUT],
    LotState.OFFERED: [*LIVE, Row("s1", split(root(1), ("s1", 400), ("s2", 600)))],
    LotState.PLEDGED: [*CUT, Row("s1", pledge(CHILD, "lender", 100))],
    LotState.SPLIT: [*CUT, Row("s1", split(CHILD, ("s1", 1), ("s1", 599)))],
}
LOT_STATE = "UnexpectedLotState"
FREE_ONLY = {LotState.FREE: ""}
OFFERED_ONLY = {LotState.OFFERED: ""}
# What each state answers; LOT_STATE where the table says nothing.
LOT_COMMANDS: dict[str, tuple[str, Command, dict[LotState, str]]] = {
    "split": ("s1", split(CHILD, ("s1", 1), ("s1", 599)), FREE_ONLY),
    "assign": ("s1", assign(CHILD, "s3"), FREE_ONLY),
    "accept": ("s2", commands.accept_lot(CHILD), OFFERED_ONLY),
    "reject": ("s2", commands.reject_lot(CHILD), OFFERED_ONLY),
    "revoke": ("s1", commands.revoke(CHILD), OFFERED_ONLY),
    "pledge": ("s1", pledge(CHILD, "lender2", 5), {**FREE_ONLY, LotState.PLEDGED: "AssetEncumbered"}),
    "release": (
        "lender",
        release(CHILD),
        {state: "" if state is LotState.PLEDGED else "LienUnknown" for state in LotState},
    ),
    "acknowledge": (
        "core",
        commands.acknowledge(CHILD),
        {LotState.FREE: "", LotState.OFFERED: "", LotState.PLEDGED: ""},
    ),
    "cancel": ("s1", commands.cancel(1, STATED, digest("x")), dict.fromkeys(LotState, "NoteDivided")),
}


@pytest.mark.parametrize("state", LOT_PATHS, ids=lambda state: state.name)
def test_commands_on_a_lot_in_each_state(scenario: Scenario, state: LotState) -> None:
    scenario.play(LOT_PATHS[state])
    assert scenario.twin.state.lots[CHILD].state is state
    expected = {name: told.get(state, LOT_STATE) for name, (_, _, told) in LOT_COMMANDS.items()}
    found = {name: _outcome(scenario, who, command) for name, (who, command, _) in LOT_COMMANDS.items()}
    assert found == expected


@pytest.mark.parametrize("kind", [offer_loan, offer_purchase], ids=["loan", "purchase"])
@pytest.mark.parametrize("state", LOT_PATHS, ids=lambda state: state.name)
def test_acceptance_of_an_offer_for_a_lot_in_each_state(
    scenario: Scenario, state: LotState, kind: Callable[[LotId, int], Command]
) -> None:
    scenario.play([*LOT_PATHS[state], Row("lender2", kind(CHILD, 10))])
    refusals = {LotState.FREE: "", LotState.PLEDGED: "AssetEncumbered" if kind is offer_loan else LOT_STATE}
    accepted = _outcome(scenario, "s1", money_commands.accept_offer(1))
    assert accepted == refusals.get(state, LOT_STATE)


def test_a_settled_lot_does_nothing_more(scenario: Scenario) -> None:
    scenario.play([*CUT, Wait(until_s=MATURITY_S), Row("core", settle(1, 1000, (1, 0, 1)))])
    assert scenario.twin.state.lots[CHILD].state is LotState.SETTLED
    moving = {"split", "assign", "accept", "pledge"}
    expected = dict.fromkeys(LOT_COMMANDS, LOT_STATE) | dict.fromkeys(moving, MOVES)
    expected |= {"release": "LienUnknown", "acknowledge": "", "cancel": NOTE_STATE}
    found = {name: _outcome(scenario, who, command) for name, (who, command, _) in LOT_COMMANDS.items()}
    assert found == expected


def test_matured_by_a_dispute_that_ends_after_maturity(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("core", commands.dispute(1, 5, digest("goods"))),
            Wait(until_s=MATURITY_S),
            Row("s3", commands.mark_matured(1), refused=NOTE_STATE),
            Row("s3", commands.mark_overdue(1), refused=NOTE_STATE),
            Row("core", commands.withdraw_dispute(1), note=NoteState.MATURED),
            Row("core", commands.dispute(1, 5, digest("again")), note=NoteState.DISPUTED),
            Row("arbiter", commands.resolve_dispute(1, 0, digest("award")), note=NoteState.MATURED),
        ]
    )
    note: Note = scenario.twin.state.notes[1]
    assert (note.reduced_minor, note.disputed_minor) == (0, 0)
    assert IDS["core"] == note.debtor_id
