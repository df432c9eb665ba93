"""The edges of the packed fields, and sums that are one cent off."""

from __future__ import annotations

import pytest

from counterfoil.chain.errors import BAD_ARGUMENTS
from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import MAX_CHILDREN, LotId
from counterfoil.domain.states import NoteState
from model import commands
from model.commands import digest
from model.keyring import address
from scenarios.scenario_table import (
    CNY,
    IDS,
    KEYS,
    MATURITY_S,
    MAX_48,
    NO_HASH,
    Row,
    Scenario,
    Wait,
    assign,
    confirm,
    live,
    propose,
    root,
    settle,
    share,
    split,
)

MAX_24 = 2**24 - 1
FAR_S = 2**40 - 1


def test_the_largest_note_lives_splits_and_settles_to_the_last_cent(scenario: Scenario) -> None:
    first = LotId(1, 1, 0)
    scenario.play(
        [
            *live(MAX_48),
            Row(
                "s1",
                split(root(1), ("s1", MAX_48 - 2), ("s1", 1), ("s1", 1)),
                lots=f"1-{MAX_48 - 2} s1 FREE"
                f" | {MAX_48 - 1}-{MAX_48 - 1} s1 FREE | {MAX_48}-{MAX_48} s1 FREE",
            ),
            Row(
                "s1",
                split(first, ("s1", MAX_48 - 2), ("s1", 1)),
                refused="SplitDoesNotAddUp",
                facts={"length_minor": MAX_48 - 2, "children_minor": MAX_48 - 1},
            ),
            Row("s1", split(first, *[("s1", MAX_48)] * 50), refused="SplitDoesNotAddUp"),
            Wait(until_s=MATURITY_S),
            # An uneven part first, so that every lot has a rounded share.
            Row("core", settle(1, MAX_48 // 3, (1, 0, 2)), note=NoteState.MATURED),
            Row(
                "core",
                settle(1, MAX_48 - MAX_48 // 3, (1, 0, 2)),
                note=NoteState.SETTLED,
                cash={"s1": MAX_48, "core": MAX_48},
            ),
        ]
    )


def test_a_face_one_cent_beyond_48_bits_is_refused(scenario: Scenario) -> None:
    scenario.play(
        [
            Row(
                "s1",
                propose("core", "s1", share("L-1", MAX_48), share("L-2", 1)),
                refused="FaceTooLarge",
                facts={"face_minor": 2**48, "maximum_minor": MAX_48},
            ),
            Row("s1", propose("core", "s1", share("L-1", MAX_48 - 1), share("L-2", 1))),
            Row("core", confirm(1, MAX_48), lots=f"1-{MAX_48} s1 FREE"),
        ]
    )


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("confirm", (1, 2**48)),
        ("confirm", (2**64, 1)),
        ("setPartyRoles", (2**24, 0)),
        ("setPartyRoles", (1, 2**32)),
        ("assign", (1 << 40, 2**24, digest("order"))),
        ("assign", (2**128, 1, digest("order"))),
        ("split", (1 << 40, [(2**48, 1), (1, 1)], digest("order"))),
        ("split", (1 << 40, [(1, 2**24), (1, 1)], digest("order"))),
        ("propose", ((1, 3, 2**16, MATURITY_S, digest("terms"), []),)),
        ("propose", ((1, 3, CNY, 2**40, digest("terms"), []),)),
        ("propose", ((1, 3, CNY, MATURITY_S, digest("terms"), [(digest("i"), 2**48, 1)]),)),
        ("confirm", (1, -1)),
    ],
)
def test_a_number_that_does_not_fit_its_field_is_refused_before_it_is_sent(
    scenario: Scenario, function: str, args: tuple[object, ...]
) -> None:
    with pytest.raises(DomainError) as refused:
        scenario.twin.chain.send(KEYS["s1"], "Ledger", function, args, scenario.twin.now_s)
    assert refused.value.code == BAD_ARGUMENTS


def test_the_highest_party_number_is_nobody_yet(scenario: Scenario) -> None:
    highest = commands.assign(root(1), MAX_24, digest("order"))
    among = commands.split(root(1), [(999, IDS["s1"]), (1, MAX_24)], digest("order"))
    nobody = commands.split(root(1), [(999, IDS["s1"]), (1, 0)], digest("order"))
    scenario.play(
        [
            *live(1000),
            Row("s1", highest, refused="AssigneeUnknown", facts={"assignee": MAX_24}),
            Row("s1", among, refused="AssigneeUnknown", facts={"assignee": MAX_24}),
            Row("s1", nobody, refused="AssigneeUnknown", facts={"assignee": 0}, lots="1-1000 s1 FREE"),
        ]
    )


def test_lots_and_notes_that_do_not_exist(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            *[
                Row("s1", assign(lot_id, "s2"), refused="LotUnknown", facts={"lot": lot_id.number})
                for lot_id in (
                    LotId(1, 0, 1),
                    LotId(1, 1, 0),
                    LotId(1, MAX_24, 0),
                    LotId(1, 0, MAX_CHILDREN),
                    LotId(1, 5, 2**16 - 1),
                )
            ],
            Row("s1", assign(LotId(2, 0, 0), "s2"), refused="NoteNotTransferable"),
            Row("s1", assign(LotId(2**64 - 1, 0, 0), "s2"), refused="NoteNotTransferable"),
            Row("core", confirm(2, 1), refused="NoteUnknown"),
            Row("core", confirm(2**64 - 1, 1), refused="NoteUnknown"),
        ]
    )


def test_one_cent_lots_and_no_smaller_ones(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(2),
            Row("s1", split(root(1), ("s1", 2), ("s1", 0)), refused="ZeroAmount"),
            Row("s1", split(root(1), ("s1", 0), ("s1", 2)), refused="ZeroAmount"),
            Row("s1", split(root(1), ("s1", 2)), refused="ChildrenMissing", facts={"count": 1}),
            Row("s1", split(root(1)), refused="ChildrenMissing", facts={"count": 0}),
            Row("s1", split(root(1), ("s1", 1), ("s1", 1)), lots="1-1 s1 FREE | 2-2 s1 FREE"),
            Row("s1", split(LotId(1, 1, 0), ("s1", 1), ("s1", 1)), refused="SplitDoesNotAddUp"),
            Row("s1", split(LotId(1, 1, 1), ("s1", 1), ("s1", 0)), refused="ZeroAmount"),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 2, (1, 0, 1)), cash={"s1": 2}),
        ]
    )


@pytest.mark.parametrize("parts", [(400, 599), (400, 601), (1, 1), (1000, 1000)])
def test_a_split_adds_up_to_the_cent(scenario: Scenario, parts: tuple[int, int]) -> None:
    scenario.play(
        [
            *live(1000),
            Row(
                "s1",
                split(root(1), ("s1", parts[0]), ("s2", parts[1])),
                refused="SplitDoesNotAddUp",
                facts={"length_minor": 1000, "children_minor": sum(parts)},
                lots="1-1000 s1 FREE",
            ),
        ]
    )


def test_a_second_level_split_adds_up_to_its_own_lot(scenario: Scenario) -> None:
    child = LotId(1, 1, 1)
    scenario.play(
        [
            *live(1000),
            Row("s1", split(root(1), ("s1", 400), ("s1", 600))),
            Row(
                "s1",
                split(child, ("s1", 400), ("s1", 201)),
                refused="SplitDoesNotAddUp",
                facts={"length_minor": 600, "children_minor": 601},
            ),
            Row(
                "s1",
                split(child, ("s1", 400), ("s1", 200)),
                lots="1-400 s1 FREE | 401-800 s1 FREE | 801-1000 s1 FREE",
            ),
            Row("s1", split(child, ("s1", 400), ("s1", 200)), refused="UnexpectedLotState"),
        ]
    )


# Validators take transactions of 128 kB; this one has megabytes.
@pytest.mark.embedded_only
def test_more_parts_than_a_segment_holds(scenario: Scenario) -> None:
    parts = [("s1", 1)] * (MAX_CHILDREN + 1)
    scenario.play(
        [
            *live(MAX_CHILDREN + 1),
            Row(
                "s1",
                split(root(1), *parts),
                refused="TooManyChildren",
                facts={"count": MAX_CHILDREN + 1, "maximum": MAX_CHILDREN},
            ),
        ]
    )


def test_a_wide_split_fills_many_words_and_settles_in_calls_that_cut_them(scenario: Scenario) -> None:
    parts = [(("s1", "s2", "s3")[place % 3], 7) for place in range(31)]
    paid = {"s1": 77, "s2": 70, "s3": 70}
    scenario.play(
        [
            Row("s2", commands.set_standing_acceptance(None, True)),
            Row("s3", commands.set_standing_acceptance(IDS["core"], True)),
            *live(217),
            Row("s1", split(root(1), *parts)),
            Wait(until_s=MATURITY_S),
            # Calls end at every place of a word: the first, the middle and the last lot of it.
            Row("core", settle(1, 100, (1, 0, 2))),
            Row("core", settle(1, 100, (1, 3, 3))),
            Row("core", settle(1, 100, (1, 4, 4), (1, 5, 6))),
            Row("core", settle(1, 100, (1, 6, 30)), refused="LotsNotContiguous"),
            Row("core", settle(1, 101, (1, 7, 30)), refused="RoundUnlike"),
            Row("core", settle(1, 100, (1, 7, 30)), note=NoteState.MATURED),
            Row("core", settle(1, 117, (1, 0, 29))),
            Row("core", settle(1, 117, (1, 30, 30)), note=NoteState.SETTLED, cash=paid),
        ]
    )


def test_capacity_is_exceeded_by_one_cent(scenario: Scenario) -> None:
    scenario.play(
        [
            Row("s1", propose("core", "s1", share("C-1", 600, 1000))),
            Row(
                "s1",
                propose("core", "s1", share("C-1", 401, 1000)),
                refused="InvoiceCapacityExceeded",
                facts={"available_minor": 400, "requested_minor": 401},
            ),
            Row("s1", propose("core", "s1", share("C-1", 400, 1000))),
            Row("s1", propose("core", "s1", share("C-1", 1, 1000)), refused="InvoiceCapacityExceeded"),
            Row("s1", propose("core", "s1", share("C-2", 0, 1000)), refused="ZeroAmount"),
        ]
    )


def test_an_assignment_needs_a_background_and_another_party_than_the_debtor(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("s1", assign(root(1), "s2", NO_HASH), refused="TradeBackgroundMissing"),
            Row(
                "s1",
                split(root(1), ("s1", 1), ("s2", 999), background=NO_HASH),
                refused="TradeBackgroundMissing",
            ),
            Row("s1", assign(root(1), "s1"), refused="AssigneeHoldsIt"),
            Row("s1", assign(root(1), "core"), refused="AssigneeIsDebtor"),
            Row("s1", split(root(1), ("s1", 1), ("core", 999)), refused="AssigneeIsDebtor"),
            # One's own parts are no assignment and need none.
            Row(
                "s1",
                split(root(1), ("s1", 1), ("s1", 999), background=NO_HASH),
                lots="1-1 s1 FREE | 2-1000 s1 FREE",
            ),
        ]
    )


def test_the_latest_maturity_that_the_clock_can_hold(scenario: Scenario) -> None:
    scenario.play(
        [
            Row("s1", propose("core", "s1", share("F-1", 5), maturity_at_s=FAR_S)),
            Row("core", confirm(1, 5), note=NoteState.LIVE),
            Row("s3", commands.mark_matured(1), refused="NotMatured"),
            Wait(until_s=FAR_S),
            Row("s3", commands.mark_overdue(1), refused="NotOverdue", facts={"overdue_at": FAR_S + 86_400}),
            Row("core", settle(1, 5, (0, 0, 0)), note=NoteState.SETTLED, cash={"s1": 5}),
        ]
    )


def test_a_party_has_sixteen_keys_at_most(scenario: Scenario) -> None:
    keys = [address(number) for number in range(0x9000, 0x9010)]
    add = [Row("registrar", commands.add_key(IDS["s1"], key)) for key in keys[:15]]
    scenario.play(
        [
            *add,
            Row(
                "registrar",
                commands.add_key(IDS["s1"], keys[15]),
                refused="TooManyKeys",
                facts={"maximum": 16},
            ),
            Row("registrar", commands.remove_key(IDS["s1"], keys[0])),
            Row("registrar", commands.add_key(IDS["s1"], keys[15])),
        ]
    )
