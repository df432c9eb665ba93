"""Whoever names a seller and a number is not told what stands on the true invoice."""

from __future__ import annotations

import pytest

from counterfoil.ingest.reader import read_invoice
from counterfoil.usecases.invoices.record_batch import BatchLine, LineState, Reading, record_batch
from counterfoil.usecases.workbench import Workbench
from ledger_support import HALDEN, LAHN, VALTENNA, Firm, record, ubl


def hands_in(bench: Workbench, actor: Firm, *documents: bytes) -> tuple[BatchLine, ...]:
    readings = [
        Reading(file_name=f"{place}.xml", row=None, result=read_invoice(content, file_name=f"{place}.xml"))
        for place, content in enumerate(documents)
    ]
    return record_batch(bench, actor=actor.key, readings=readings)


@pytest.mark.parametrize("amount", ["77.00", "12345.67"])
def test_a_made_up_invoice_tells_nothing_of_the_one_to_somebody_else(bench: Workbench, amount: str) -> None:
    record(bench, ubl("S-9", "12345.67", seller=LAHN, buyer=HALDEN))

    (line,) = hands_in(bench, VALTENNA, ubl("S-9", amount, seller=LAHN, buyer=VALTENNA))

    assert line.state is LineState.REFUSED
    (problem,) = line.problems
    assert problem.code == "InvoiceOfAnother"
    told = f"{problem.detail} {problem.remedy}"
    for secret in ("12,345.67", "12345.67", "document-", HALDEN.name, HALDEN.key):
        assert secret not in told


def test_seller_and_buyer_of_the_first_document_are_told_what_differs(bench: Workbench) -> None:
    record(bench, ubl("S-9", "12345.67", seller=LAHN, buyer=HALDEN))

    for actor in (LAHN, HALDEN):
        (line,) = hands_in(bench, actor, ubl("S-9", "77.00", seller=LAHN, buyer=HALDEN))
        (problem,) = line.problems
        assert problem.code == "InvoiceContradicts"
        assert "12,345.67" in problem.detail
