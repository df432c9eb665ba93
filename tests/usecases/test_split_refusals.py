"""What is asked for unclearly is refused before anything is cut: parts, pieces, and seals for other lots."""

from __future__ import annotations

import pytest

from counterfoil.usecases.liens.pledge_asset import pledge_asset
from counterfoil.usecases.liens.release_part import release_part_of_receipt
from counterfoil.usecases.receipts.deliver_part import deliver_part
from counterfoil.usecases.receipts.seal_split import seal_split
from counterfoil.usecases.receipts.split_receipt import split_receipt
from counterfoil.usecases.workbench import Workbench
from goods_support import KEEPER, refusal
from ledger_support import BANK, LAHN


@pytest.mark.parametrize(
    "part",
    [
        {"quantities": ["25.125"], "lots": ["C-1002"]},
        {"quantities": [], "lots": []},
    ],
)
def test_a_part_is_stated_by_quantity_or_by_lots(warehouse: Workbench, part: dict[str, list[str]]) -> None:
    by = {"actor": LAHN.key, "receipt_id": 1, "sealed_by": KEEPER.key}
    assert refusal(warehouse, split_receipt, **by, **part) == "PartsUnclear"
    assert refusal(warehouse, seal_split, actor=KEEPER.key, receipt_id=1, **part) == "PartsUnclear"
    quantity = "".join(part["quantities"])
    one = {"receipt_id": 1, "quantity": quantity, "lots": part["lots"]}
    handed = {"keeper": KEEPER.key, "order": "truck", "handover": "W-1"}
    assert refusal(warehouse, deliver_part, actor=LAHN.key, **handed, **one) == "PartsUnclear"
    pledge_asset(
        warehouse, actor=LAHN.key, asset="receipt:1", pledgee=BANK.key, secured_minor=1, agreement="PL-1"
    )
    freed = {"actor": BANK.key, "reason": "half", "sealed_by": KEEPER.key}
    assert refusal(warehouse, release_part_of_receipt, **freed, **one) == "PartsUnclear"
    assert set(warehouse.read_model.state.receipts) == {1}


@pytest.mark.parametrize("pieces", [[1], [1, 1, 1], [3, 0], [-1, 4], [1, 1]])
def test_pieces_are_stated_for_every_part_and_none_is_lost(warehouse: Workbench, pieces: list[int]) -> None:
    ask = {"actor": LAHN.key, "receipt_id": 1, "quantities": ["25.125"], "sealed_by": KEEPER.key}
    assert refusal(warehouse, split_receipt, pieces=pieces, **ask) == "PiecesDiffer"
    split_receipt(warehouse, pieces=[1, 2], **ask)
    assert set(warehouse.read_model.state.receipts) == {1, 2}


def test_a_seal_serves_for_the_lots_that_it_is_for(warehouse: Workbench) -> None:
    seal = seal_split(warehouse, actor=KEEPER.key, receipt_id=1, lots=["C-1001", "C-1002"])
    ask = {"actor": LAHN.key, "receipt_id": 1, "seal": seal}
    assert refusal(warehouse, split_receipt, lots=["C-1003"], **ask) == "SealUnlike"
    assert refusal(warehouse, split_receipt, lots=["C-1001"], **ask) == "SealUnlike"
    assert refusal(warehouse, split_receipt, lots=["C-9"], **ask) == "LotOfReceiptMissing"
    divided = split_receipt(warehouse, lots=["c-1002", "C-1001"], **ask)
    assert divided.part_ids == (2,)
