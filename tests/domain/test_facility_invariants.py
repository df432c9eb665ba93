"""The checks over facilities and blocks can fail; and what is refused half way leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from facility_ledger import (
    BUYER,
    DUE_S,
    FUNDER,
    OWNER,
    REASON,
    SECOND_FUNDER,
    TERMS,
    by,
    digest,
    drawn,
    lot,
    officer,
    pledge,
    receipt,
    with_pool_of,
)
from goods_ledger import part, seal

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invariants import check_invariants
from counterfoil.domain.ledger import Ledger, LotRange, ReceiptCut
from counterfoil.domain.lot import AssetId
from counterfoil.domain.projection.fold import project
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.state.lien_state import Block
from counterfoil.domain.states import FacilityState

Harm = Callable[[LedgerState], None]


def pledged() -> Ledger:
    ledger = with_pool_of(1_000, 500)
    drawn(ledger, receipt(1), lot())
    return ledger


def change_facility(**changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        state.facilities[1] = replace(state.facilities[1], **changed)  # type: ignore[arg-type]  # a table

    return harm


def change_lien(asset_id: AssetId, **changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        state.liens[asset_id] = (replace(state.liens[asset_id][-1], **changed),)  # type: ignore[arg-type]

    return harm


def forget(state: LedgerState) -> None:
    state.facilities.clear()


def block(asset_id: AssetId, times: int) -> Harm:
    def harm(state: LedgerState) -> None:
        state.blocks[asset_id] = (Block(match_hash=digest("match"), placed_at_s=0),) * times

    return harm


FAULTS: tuple[tuple[str, Harm], ...] = (
    ("which owes nothing", change_facility(state=FacilityState.CLOSED)),
    ("which owes nothing", forget),
    ("is pledged to 9", change_lien(receipt(1), pledgee_id=SECOND_FUNDER)),
    ("is not in its pool once", change_facility(pool=(receipt(1),))),
    ("is not in its pool once", change_facility(pool=(receipt(1), lot(), lot()))),
    ("is OPEN and owes 0", change_facility(principal_minor=0)),
    ("is CLOSED and owes 3000", change_facility(state=FacilityState.CLOSED)),
    ("with a margin call until 5", change_facility(call_deadline_s=5)),
    ("is CALLED with a margin call until 0", change_facility(state=FacilityState.CALLED)),
    ("has a pool", change_facility(state=FacilityState.WITHDRAWN, principal_minor=0)),
    ("is funded by its borrower", change_facility(funder_id=OWNER)),
    ("is blocked twice by one match", block(receipt(2), 2)),
    ("is blocked beside its note", block(lot(1, 1), 1)),
)


@pytest.mark.parametrize(("words", "harm"), FAULTS)
def test_each_fault_is_found_and_named(words: str, harm: Harm) -> None:
    state = project(pledged().events)
    harm(state)
    (result,) = [each for each in check_invariants(state) if each.number == 5]
    assert not result.ok
    assert words in result.detail


def test_a_sound_ledger_has_none() -> None:
    assert all(result.ok for result in check_invariants(pledged().state))


# Refused after some of it was done: for money, for the last of several assets, for want of a seal.
def accept_without_money(ledger: Ledger) -> None:
    ledger.cash.redeem(by(FUNDER), currency=156, amount_minor=99_999, account_hash=digest("account"))
    drawn(ledger, receipt(1))


def accept_with_a_foreign_asset(ledger: Ledger) -> None:
    ledger.receipt_orders.force_transfer(officer(), receipt_id=2, to_id=BUYER, order_hash=digest("order"))
    drawn(ledger, receipt(1), receipt(2))


def enforce_to_the_debtor(ledger: Ledger) -> None:
    ledger.liens.pledge(by(OWNER), pledge(lot()))
    ledger.liens.enforce_by_order(officer(), asset_id=lot(), to_id=BUYER, order_hash=digest("order"))


def divide_without_a_seal(ledger: Ledger) -> None:
    ledger.liens.pledge(by(OWNER), pledge(receipt(1)))
    cut = ReceiptCut(part=part("0b"), remainder_root=digest("rest"), seal=seal(None))
    ledger.liens.release_part(by(FUNDER), asset_id=receipt(1), how=cut, reason_hash=REASON)


def substitute_what_is_not_ones_own(ledger: Ledger) -> None:
    ledger.liens.pledge(by(OWNER), pledge(receipt(1)))
    ledger.liens.propose_substitute(by(OWNER), asset_id=receipt(1), replacement_id=receipt(2))
    ledger.receipt_orders.force_transfer(officer(), receipt_id=2, to_id=BUYER, order_hash=digest("order"))
    ledger.liens.accept_substitute(by(FUNDER), asset_id=receipt(1), agreed=pledge(receipt(2)))


def buy_the_claim_without_money(ledger: Ledger) -> None:
    drawn(ledger, receipt(1))
    ledger.facilities.offer_claim(
        by(FUNDER),
        facility_id=1,
        to_id=SECOND_FUNDER,
        price_minor=100_001,
        expires_at_s=DUE_S,
        agreement_hash=REASON,
    )
    ledger.facilities.take_claim(by(SECOND_FUNDER), facility_id=1)


def settle_without_money(ledger: Ledger) -> None:
    drawn(ledger, lot(), principal_minor=600, due_at_s=TERMS.due_at_s)
    ledger.cash.redeem(by(BUYER), currency=156, amount_minor=99_500, account_hash=digest("account"))
    ledger.settlement.settle(
        by(BUYER, DUE_S * 2), note_id=1, amount_minor=1_000, ranges=[LotRange(segment=0, start=0, stop=0)]
    )


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (accept_without_money, "CashInsufficient"),
        (accept_with_a_foreign_asset, "NotReceiptHolder"),
        (enforce_to_the_debtor, "AssigneeIsDebtor"),
        (divide_without_a_seal, "SealNotKeepers"),
        (substitute_what_is_not_ones_own, "NotReceiptHolder"),
        (buy_the_claim_without_money, "CashInsufficient"),
        (settle_without_money, "CashInsufficient"),
    ],
)
def test_what_is_refused_half_way_leaves_nothing_behind(act: Callable[[Ledger], None], told: str) -> None:
    ledger = with_pool_of(1_000, 500)
    with pytest.raises(DomainError) as refused:
        act(ledger)
    assert refused.value.code == told
    # Whatever was done before the refused command is on record, and nothing of the command itself.
    rebuilt = project(ledger.events)
    for each in fields(LedgerState):
        assert getattr(rebuilt, each.name) == getattr(ledger.state, each.name), each.name


def test_a_lot_is_not_divided_like_a_receipt() -> None:
    ledger = pledged()
    with pytest.raises(TypeError):
        ledger.liens.release_part(by(FUNDER), asset_id=receipt(1), how=5, reason_hash=REASON)


def test_an_asset_carries_at_most_255_open_blocks() -> None:
    ledger = with_pool_of(1_000)
    for number in range(255):
        ledger.liens.block_asset(officer(), asset_id=receipt(1), match_hash=digest(number))
    with pytest.raises(DomainError) as refused:
        ledger.liens.block_asset(officer(), asset_id=receipt(1), match_hash=digest("one more"))
    assert refused.value.code == "TooManyBlocks"
    ledger.liens.resolve_block(
        officer(), asset_id=receipt(1), match_hash=digest(7), upheld=False, reason_hash=REASON
    )
    ledger.liens.block_asset(officer(), asset_id=receipt(1), match_hash=digest("one more"))
    assert ledger.liens.encumbrance(receipt(1)) == (False, True)
