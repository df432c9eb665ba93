"""Sales that lead round are flagged, whatever the paper was cut into on the way; honest chains are not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.trade_loops import LoopKind
from counterfoil.usecases.books.flag_trade_loops import flag_trade_loops
from counterfoil.usecases.lots.assign_lot import assign_lot
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.receipts.split_receipt import split_receipt
from counterfoil.usecases.receipts.transfer_receipt import transfer_receipt
from counterfoil.usecases.workbench import Workbench
from goods_support import KEEPER
from ledger_support import BANK, DAY_S, HALDEN, LAHN, VALTENNA, Firm


def _sell(bench: Workbench, seller: Firm, buyer: Firm, receipt_id: int = 1) -> None:
    transfer_receipt(
        bench,
        actor=seller.key,
        receipt_id=receipt_id,
        to=buyer.key,
        reference="PO-1",
        sealed_by=KEEPER.key,
    )


def test_coils_that_are_bought_back_are_flagged_once_each(warehouse: Workbench) -> None:
    _sell(warehouse, LAHN, VALTENNA)
    _sell(warehouse, VALTENNA, HALDEN)
    assert flag_trade_loops(warehouse) == ()
    _sell(warehouse, HALDEN, LAHN)
    found = flag_trade_loops(warehouse)
    kinds = [each.loop.kind for each in found]
    assert kinds.count(LoopKind.BUY_BACK) == 3  # one for each coil
    assert kinds.count(LoopKind.CIRCLE) == 1  # and the good that they are
    circle = next(each for each in found if each.loop.kind is LoopKind.CIRCLE)
    assert sorted(circle.party_names) == sorted([LAHN.name, VALTENNA.name, HALDEN.name])
    assert circle.loop.turnover_steps == 3 * 75_115  # 75.115 t, three times
    assert all(reference.startswith("receipt:1 (block ") for reference in circle.loop.transfers)


def test_splitting_the_paper_on_the_way_hides_nothing(warehouse: Workbench) -> None:
    _sell(warehouse, LAHN, VALTENNA)
    cut = split_receipt(
        warehouse, actor=VALTENNA.key, receipt_id=1, quantities=["25.125"], sealed_by=KEEPER.key
    )
    _sell(warehouse, VALTENNA, LAHN, cut.part_ids[0])
    returned = [each for each in flag_trade_loops(warehouse) if each.loop.kind is LoopKind.BUY_BACK]
    assert len(returned) == 1
    assert returned[0].loop.turnover_steps == 2 * 25_125


def test_affiliates_count_as_one(warehouse: Workbench) -> None:
    _sell(warehouse, LAHN, VALTENNA)
    _sell(warehouse, VALTENNA, HALDEN)
    assert flag_trade_loops(warehouse, affiliates=[[BANK.key, VALTENNA.key]]) == ()
    found = flag_trade_loops(warehouse, affiliates=[[LAHN.key, HALDEN.key]])
    assert {each.loop.kind for each in found} == {LoopKind.BUY_BACK, LoopKind.CIRCLE}


def test_what_comes_back_after_the_window_is_not_flagged(stocked: OpenLedger) -> None:
    bench = stocked.bench
    _sell(bench, LAHN, VALTENNA)
    stocked.advance_time(10 * DAY_S)
    _sell(bench, VALTENNA, LAHN)
    assert flag_trade_loops(bench, window_days=9) == ()
    assert flag_trade_loops(bench, window_days=11) != ()
    with pytest.raises(DomainError, match="window"):
        flag_trade_loops(bench, window_days=0)


def test_a_part_of_a_note_that_returns_is_flagged(traded: OpenLedger) -> None:
    bench = traded.bench
    for holder in (LAHN, VALTENNA):
        set_standing_acceptance(bench, actor=holder.key)
    propose_note(
        bench, actor=LAHN.key, invoices=["RE-2026-0042"], maturity_at=bench.now() + timedelta(days=90)
    )
    confirm_note(bench, actor=HALDEN.key, note_id=1)
    assign_lot(bench, actor=LAHN.key, lot="1/0/0", to=VALTENNA.key, reference="PO-2")
    assert flag_trade_loops(bench) == ()
    assign_lot(bench, actor=VALTENNA.key, lot="1/0/0", to=LAHN.key, reference="PO-3")
    found = flag_trade_loops(bench)
    assert [(each.loop.kind, each.loop.subject) for each in found] == [(LoopKind.BUY_BACK, "note:1")]
    assert found[0].loop.turnover_steps == 2 * 100_000
