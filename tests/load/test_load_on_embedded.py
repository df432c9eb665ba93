"""Stories as the contracts take them, and the book beside the chain: alike when all went well, else not."""

from __future__ import annotations

import copy

import pytest
from embedded_load import TENOR_S, EmbeddedLoad
from network_load.book import Book
from network_load.mix import MIXED, SINGLE_RECORDS, Kind, Mix

from counterfoil.domain.states import LienState, LotState

SMALL = Mix(
    name="small",
    why="every kind of operation on few lots",
    face_minor=1_000_001,
    tier_2=9,
    splitters=2,
    tier_3=4,
    two_way=2,
    assigned=1,
    pledged=1,
    loans=2,
    repaid=1,
    sold=1,
)


def counted(load: EmbeddedLoad) -> dict[Kind, int]:
    assert load.drive is not None
    kinds, found = tuple(Kind), dict.fromkeys(Kind, 0)
    for kind, records in zip(load.drive.records.kind, load.drive.records.records, strict=True):
        found[kinds[kind]] += records
    return {kind: count for kind, count in found.items() if count}


@pytest.mark.parametrize("relayed", [False, True], ids=["sent", "relayed"])
def test_a_note_goes_from_its_proposal_to_its_settlement(load: EmbeddedLoad, relayed: bool) -> None:
    drive = load.tell(SMALL, 2, relayed=relayed)
    load.mature()
    assert drive.records.failures == []
    assert counted(load) == {kind: 2 * count for kind, count in SMALL.records.items()}
    found = load.compare()
    assert found.unlike == []
    assert (found.notes, found.lots, found.liens) == (2, 2 * SMALL.lots, 2 * 3)
    assert all(note.is_settled for note in load.book.notes)
    assert sum(load.book.balances.values()) == 0
    sent = len(drive.records.transactions_at_s)
    assert sent == 2 * SMALL.transactions if not relayed else sent < 2 * SMALL.transactions


def test_before_maturity_lots_are_live_and_pledged(load: EmbeddedLoad) -> None:
    drive = load.tell(SMALL, 1)
    assert drive.records.failures == []
    assert load.compare().unlike == []
    note = load.book.notes[0]
    states = [note.segments[segment].states[index] for segment, index in note.live_lots()]
    assert (states.count(LotState.PLEDGED), states.count(LotState.FREE)) == (2, SMALL.lots - 2)


def test_single_records_change_one_record_a_call(load: EmbeddedLoad) -> None:
    drive = load.tell(SINGLE_RECORDS, 3)
    assert drive.records.failures == []
    assert set(drive.records.records) == {1}
    assert len(drive.records.records) == 3 * SINGLE_RECORDS.transactions
    assert load.compare().unlike == []


def lose_a_call(book: Book) -> None:
    book.calls[book.notes[0].debtor] += 1


def miss_a_payment(book: Book) -> None:
    book.pay(book.notes[0].debtor, book.notes[0].creditor, 1)


def mistake_a_holder(book: Book) -> None:
    note = book.notes[0]
    segment, index = list(note.live_lots())[-1]
    note.give((segment, index), note.debtor)


def mistake_an_end(book: Book) -> None:
    book.notes[0].segments[1].ends[0] += 1


def forget_a_discharge(book: Book) -> None:
    next(iter(book.notes[0].liens.values())).state = LienState.ACTIVE


def mistake_the_face(book: Book) -> None:
    book.notes[0].face_minor += 1


def test_whatever_differs_is_found(load: EmbeddedLoad) -> None:
    load.tell(SMALL, 1)
    load.mature()
    assert load.compare().unlike == []
    sound = load.book
    spoilers = (
        (lose_a_call, "transactions of party"),
        (miss_a_payment, "balance of party"),
        (mistake_a_holder, "segment"),
        (mistake_an_end, "segment 1 of note"),
        (forget_a_discharge, "lien over lot"),
        (mistake_the_face, "note 1"),
    )
    for spoil, subject in spoilers:
        load.book = copy.deepcopy(sound)
        spoil(load.book)
        unlike = load.compare().unlike
        assert unlike, spoil.__name__
        assert all(sentence.startswith(subject) for sentence in unlike), unlike


def test_a_call_that_failed_is_told_and_its_story_goes_no_further(load: EmbeddedLoad) -> None:
    late = load.story(SMALL)
    load.chain.advance_time(2 * TENOR_S)
    drive = load.tell_these([late])
    assert len(drive.records.failures) == 1
    assert drive.records.failures[0].startswith("propose a note: landed 0x")
    assert len(drive.records.final_at_s) == 0
    assert load.book.notes == []
    # Its key has used a nonce all the same, and that is in the book.
    assert load.compare().unlike == []


def test_a_refused_instruction_is_told_and_the_others_of_its_batch_count(load: EmbeddedLoad) -> None:
    late = load.story(SINGLE_RECORDS)
    load.chain.advance_time(2 * TENOR_S)
    drive = load.tell_these([late, load.story(SINGLE_RECORDS)], relayed=True)
    assert len(drive.records.failures) == 1
    assert drive.records.failures[0].startswith("propose a note: refused in 0x")
    assert len(drive.records.final_at_s) == SINGLE_RECORDS.transactions
    assert load.compare().unlike == []


def test_a_mix_counts_its_records_and_calls() -> None:
    assert sum(MIXED.records.values()) == 372
    assert (MIXED.lots, MIXED.transactions) == (170, 40)
    assert (sum(SINGLE_RECORDS.records.values()), SINGLE_RECORDS.transactions) == (9, 9)
    with pytest.raises(ValueError, match="fewer lots"):
        Mix(name="impossible", why="", face_minor=100, tier_2=3, sold=4)
    with pytest.raises(ValueError, match="loans are repaid"):
        Mix(name="impossible", why="", face_minor=100, tier_2=3, loans=1, repaid=2)
