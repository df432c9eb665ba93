"""What `receipt restack --into` understands, and what it refuses before anything is opened."""

from __future__ import annotations

import pytest
import typer

from counterfoil.entrypoints.receipt_options import stacked_lot
from counterfoil.usecases.receipts.restack_receipt import LotPlace


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("12.500", LotPlace()),
        ("12.500:", LotPlace()),
        (" 12.500 : B-09 ", LotPlace(bay="B-09")),
        ("12.500:B-09:33", LotPlace(bay="B-09", batch="33")),
        ("12.500::33", LotPlace(batch="33")),
        ("12.500:B-09:serial=C 1", LotPlace(bay="B-09", serial="C 1")),
        ("12.500:seal=S=7:maker=K", LotPlace(seal="S=7", maker="K")),
        ("12.500:batch=33:bay=B-09", LotPlace(bay="B-09", batch="33")),
    ],
)
def test_a_lot_is_a_quantity_and_what_is_new_about_it(text: str, place: LotPlace) -> None:
    assert stacked_lot(text) == ("12.500", place)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1:B:33:C-1", "'C-1' stands after bay and batch and has no name"),
        ("1:site=B", "'site' is not bay, batch, serial, seal or maker"),
        ("1:=B", "'' is not"),
        ("1:serial=", "'serial' has no value"),
        ("1:B:bay=C", "bay is stated twice"),
        ("1:serial=1:serial=2", "serial is stated twice"),
    ],
)
def test_a_mark_that_says_nothing_clear_is_refused(text: str, reason: str) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        stacked_lot(text)
    assert reason in refused.value.message
    assert text in refused.value.message
    assert refused.value.param_hint == "--into"
