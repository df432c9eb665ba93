"""A batch through the service's operation: one line for each document and row, whatever else is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.operations import Desk, operation_named
from counterfoil.ingest.uploads import UploadKind
from counterfoil.usecases.resolving import find_party
from counterfoil.usecases.workbench import Workbench
from ledger_support import BANK, HALDEN, LAHN, VALTENNA, Firm, sha256, ubl

NOBODY = Firm("Niemand GmbH", "DE811907980")
HEAD = (
    "invoice_number,issue_date,due_date,currency,seller_name,seller_id,buyer_name,buyer_id,net_amount,tax_rate,"
    "tax_amount,gross_amount"
)


def row(number: str, *, currency: str = "EUR", gross: str = "119.00", seller: Firm = LAHN) -> str:
    return (
        f"{number},2026-09-01,2098-12-31,{currency},{seller.name},{seller.key},{HALDEN.name},{HALDEN.key},100.00,19,"
        f"19.00,{gross}"
    )


def table(*rows: str) -> bytes:
    return "\r\n".join((HEAD, *rows)).encode()


class Batch:
    """Hands files in as a party, and keeps what was shared."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.shared: list[tuple[str, str, tuple[str, ...]]] = []

    def send(self, actor: Firm, *files: tuple[str, UploadKind, bytes]) -> dict[str, Any]:
        contents = {sha256(content): content for _, _, content in files}
        operation = operation_named("record_invoices")
        body = operation.body(
            files=tuple(
                {"name": name, "kind": kind, "content_sha256": sha256(content)}
                for name, kind, content in files
            )
        )
        desk = Desk(
            bench=self.bench,
            party_id=find_party(self.bench, actor.key).party_id,
            read_file=contents.__getitem__,
            share_file=lambda content, subject, keys: self.shared.append((content, subject, tuple(keys))),
        )
        result: dict[str, Any] = operation.run(desk, body)  # type: ignore[assignment]  # not on chain: a result
        return result


@pytest.fixture
def batch(bench: Workbench) -> Batch:
    return Batch(bench)


def told(result: dict[str, Any]) -> list[tuple[str, int | None, str, str | None]]:
    return [
        (line["file"], line["row"], line["state"], line["problems"][0]["code"] if line["problems"] else None)
        for line in result["lines"]
    ]


def test_each_document_and_row_has_a_line_of_its_own(batch: Batch) -> None:
    good = ubl("N-1", "10.00")
    result = batch.send(
        LAHN,
        ("a.xml", UploadKind.DOCUMENT, good),
        ("b.xml", UploadKind.DOCUMENT, b"<no invoice>"),
        (
            "rows.csv",
            UploadKind.TABLE,
            table(row("T-1"), row("T-2", currency="XYZ"), row("T-3", gross="120.00"), row("T-4")),
        ),
        ("odd.csv", UploadKind.TABLE, b"number,amount\r\n1,2"),
    )
    assert told(result) == [
        ("a.xml", None, "recorded", None),
        ("b.xml", None, "refused", "XmlMalformed"),
        ("rows.csv", 2, "recorded", None),
        ("rows.csv", 3, "refused", "UnknownCurrency"),
        ("rows.csv", 4, "refused", "TotalMismatch"),
        ("rows.csv", 5, "recorded", None),
        ("odd.csv", None, "refused", "TableUnreadable"),
    ]
    assert (result["recorded"], result["known"], result["refused"]) == (3, 0, 4)
    assert result["lines"][3]["problems"][0]["field"] == "currency"
    assert result["lines"][2]["payable"] == {"amount_minor": 11_900, "currency": "EUR"}
    assert [line["line"] for line in result["lines"]] == list(range(1, 8))


def test_document_goes_to_seller_and_buyer_and_a_table_to_nobody(batch: Batch) -> None:
    good = ubl("N-1", "10.00")
    batch.send(LAHN, ("a.xml", UploadKind.DOCUMENT, good), ("r.csv", UploadKind.TABLE, table(row("T-1"))))
    [(content, subject, keys)] = batch.shared
    with batch.bench.store.begin() as work:
        record = work.invoices.by_content(sha256(good))
    assert record is not None
    assert (content, subject, keys) == (
        sha256(good),
        f"invoice:{record.fingerprint.hex()}",
        (LAHN.key, HALDEN.key),
    )


def test_same_again_changes_nothing(batch: Batch) -> None:
    files = (
        ("a.xml", UploadKind.DOCUMENT, ubl("N-1", "10.00")),
        ("r.csv", UploadKind.TABLE, table(row("T-1"))),
    )
    batch.send(LAHN, *files)
    again = batch.send(LAHN, *files)
    assert [state for _, _, state, _ in told(again)] == ["known", "known"]
    assert len(batch.shared) == 1


def test_row_in_another_file_is_the_same_document_and_other_words_a_duplicate(batch: Batch) -> None:
    batch.send(LAHN, ("r.csv", UploadKind.TABLE, table(row("T-1"))))
    again = batch.send(
        LAHN,
        ("s.csv", UploadKind.TABLE, table(row("T-9"), row("T-1"))),
        ("a.xml", UploadKind.DOCUMENT, ubl("T-1", "119.00")),
    )
    assert told(again) == [
        ("s.csv", 2, "recorded", None),
        ("s.csv", 3, "known", None),
        ("a.xml", None, "refused", "InvoiceDuplicate"),
    ]


def test_buyer_hands_in_as_well_and_others_do_not(batch: Batch) -> None:
    document = ("a.xml", UploadKind.DOCUMENT, ubl("N-1", "10.00"))
    assert told(batch.send(BANK, document)) == [("a.xml", None, "refused", "NotPartyToInvoice")]
    assert told(batch.send(HALDEN, document)) == [("a.xml", None, "recorded", None)]


def test_party_that_is_not_registered_is_not_made_up(batch: Batch) -> None:
    before = len(batch.bench.read_model.state.parties)
    result = batch.send(LAHN, ("a.xml", UploadKind.DOCUMENT, ubl("N-1", "10.00", buyer=NOBODY)))
    assert told(result) == [("a.xml", None, "refused", "PartyNotFound")]
    assert len(batch.bench.read_model.state.parties) == before


def test_invoice_of_others_is_not_there_even_by_its_hash(batch: Batch) -> None:
    theirs = ubl("V-1", "10.00", seller=VALTENNA, buyer=LAHN)
    batch.send(LAHN, ("v.xml", UploadKind.DOCUMENT, theirs))
    desk = Desk(
        bench=batch.bench, party_id=find_party(batch.bench, BANK.key).party_id, read_file=lambda _content: b""
    )
    for reference in (sha256(theirs), "V-1"):
        with pytest.raises(DomainError) as refused:
            desk.own_invoice(reference)
        assert refused.value.code == "InvoiceNotFound"
