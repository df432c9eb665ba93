"""Documents become invoices and parties once, whatever form they come in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.states import PartyRole
from counterfoil.ports.engine import ContractRefusedError
from counterfoil.ports.store import InvoiceState
from counterfoil.usecases.invoices.record_credit_note import record_credit_note
from counterfoil.usecases.notes.propose_note import InvoicePart, propose_note
from counterfoil.usecases.parties.list_parties import list_parties, show_party
from counterfoil.usecases.resolving import find_party
from counterfoil.usecases.workbench import Workbench
from ledger_support import (
    HALDEN,
    LAHN,
    VALTENNA,
    Firm,
    cii,
    record,
    sha256,
    ubl,
    ubl_credit_note,
)

GLN = "4012345000009"


def test_sellers_are_suppliers_and_who_never_sells_is_a_core_enterprise(bare: OpenLedger) -> None:
    result = record(bare.bench, ubl("A-1", "10.00"), ubl("B-1", "5.00", seller=VALTENNA, buyer=LAHN))

    assert [party.name for party in result.onboarded] == [LAHN.name, HALDEN.name, VALTENNA.name]
    roles = {sheet.name: sheet.on_ledger.roles for sheet in list_parties(bare.bench)}
    assert roles == {
        LAHN.name: PartyRole.SUPPLIER,
        HALDEN.name: PartyRole.CORE_ENTERPRISE,
        VALTENNA.name: PartyRole.SUPPLIER,
    }


def test_a_core_enterprise_that_sells_later_becomes_a_supplier_too(bench: Workbench) -> None:
    result = record(bench, ubl("H-1", "7.00", seller=HALDEN, buyer=LAHN))

    assert result.rejected == ()
    halden = show_party(bench, party=HALDEN.key)
    assert halden.on_ledger.roles == PartyRole.SUPPLIER | PartyRole.CORE_ENTERPRISE


def test_one_party_is_found_by_any_of_its_identifiers(bench: Workbench) -> None:
    record(bench, ubl("A-2", "10.00", gln=GLN))

    found = {
        find_party(bench, ref).party_id for ref in (LAHN.key, LAHN.vat, "de 347081522", f"gln:{GLN}", GLN)
    }
    assert found == {1}
    assert find_party(bench, LAHN.name).party_id == 1
    assert find_party(bench, 1).name == LAHN.name
    assert find_party(bench, "1").name == LAHN.name


def test_documents_of_one_batch_join_identifiers_before_anybody_is_registered(bare: OpenLedger) -> None:
    only_gln = ubl("A-1", "10.00", gln=GLN).replace(
        b"<cac:PartyTaxScheme><cbc:CompanyID>DE347081522</cbc:CompanyID>"
        b"<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>",
        b"",
        1,
    )
    only_vat = ubl("A-2", "10.00")
    both = ubl("A-3", "10.00", gln=GLN)

    result = record(bare.bench, only_gln, only_vat, both)

    assert result.rejected == ()
    assert {each.seller_key for each in result.recorded} == {f"gln:{GLN}"}
    assert [party.name for party in result.onboarded] == [LAHN.name, HALDEN.name]


def test_equal_names_do_not_make_one_party(bare: OpenLedger) -> None:
    namesake = Firm(LAHN.name, "DE361904737")
    result = record(bare.bench, ubl("A-1", "10.00"), ubl("A-1", "10.00", seller=namesake))

    assert result.rejected == ()
    assert len({each.fingerprint for each in result.recorded}) == 2
    with pytest.raises(DomainError) as ambiguous:
        find_party(bare.bench, LAHN.name)
    assert ambiguous.value.code == "PartyAmbiguous"


def test_a_document_whose_identifiers_lead_to_two_parties_is_refused(bench: Workbench) -> None:
    other = Firm("Anderes Werk GmbH", "DE361904737")
    record(bench, ubl("X-1", "1.00", seller=Firm("Werk", "NL809163160B01"), gln=GLN))

    result = record(bench, ubl("X-2", "1.00", seller=LAHN, gln=GLN), ubl("X-3", "1.00", seller=other))

    assert [(each.file_name, each.code) for each in result.rejected] == [
        ("document-1.xml", "PartyKeysConflict")
    ]
    assert [each.invoice.number for each in result.recorded] == ["X-3"]


def test_the_same_file_again_changes_nothing(bench: Workbench) -> None:
    before = bench.read_model.block_number
    content = ubl("RE-2026-0042", "1000.00")

    result = record(bench, content)

    assert (result.rejected, result.onboarded) == ((), ())
    assert [each.content_sha256 for each in result.recorded] == [sha256(content)]
    assert bench.read_model.block_number == before


@pytest.mark.parametrize(
    "number",
    ["RE-2026-0042", "re-2026-42", "ＲＥ－２０２６－００４２", " RE-2026-0042 ", "RE\u20112026\u20110042"],  # noqa: RUF001 - full width on purpose
)
def test_the_same_invoice_in_another_format_and_spelling_is_refused(bench: Workbench, number: str) -> None:
    again = cii(number, "1000.00")

    result = record(bench, again)

    assert result.recorded == ()
    assert [each.code for each in result.rejected] == ["InvoiceDuplicate"]
    assert "RE-2026-0042" in result.rejected[0].message
    assert "document-1.xml" in result.rejected[0].message
    with bench.store.begin() as work:
        kept = work.invoices.by_content(sha256(again))
    assert kept is not None
    assert kept.state is InvoiceState.DUPLICATE


def test_a_second_document_with_another_amount_contradicts(bench: Workbench) -> None:
    result = record(bench, cii("RE-2026-0042", "1000.01"))

    assert [each.code for each in result.rejected] == ["InvoiceContradicts"]
    assert "payable amount" in result.rejected[0].message


def test_a_broken_file_is_refused_and_the_rest_recorded(bench: Workbench) -> None:
    result = record(bench, b"<Invoice", ubl("A-9", "3.00"))

    assert [(each.file_name, each.code) for each in result.rejected] == [("document-1.xml", "XmlMalformed")]
    assert [each.invoice.number for each in result.recorded] == ["A-9"]


def test_an_invoice_financed_under_another_spelling_is_refused_early_and_names_the_note(
    live: OpenLedger,
) -> None:
    bench = live.bench
    again = cii("re-2026-42", "1000.00")
    record(bench, again)
    before = bench.read_model.block_number

    with pytest.raises(DomainError) as refused:
        propose_note(bench, actor=LAHN.key, invoices=[sha256(again)])

    assert refused.value.code == "InvoiceAlreadyFinanced"
    assert "note 1" in refused.value.message
    assert "RE-2026-0042" in refused.value.message
    assert bench.ledger.head()[0] == before


def test_the_contract_refuses_it_as_well(live: OpenLedger) -> None:
    bench = live.bench
    again = cii("re-2026-42", "1000.00")
    record(bench, again)
    with bench.store.begin() as work:
        kept = work.invoices.by_content(sha256(again))
    assert kept is not None

    with pytest.raises(ContractRefusedError) as refused:
        bench.ledger.propose_note(
            by=bench.keys.signer(find_party(bench, LAHN.key).key_name),
            debtor_id=2,
            creditor_id=1,
            currency=978,
            maturity_at_s=bench.chain_now_s() + 1000,
            terms_hash=b"\x01" * 32,
            invoices=[
                InvoiceShare(fingerprint=kept.fingerprint, payable_minor=100_000, amount_minor=100_000)
            ],
        )

    assert refused.value.code == "InvoiceCapacityExceeded"


def test_an_outsider_learns_nothing_about_an_invoice_of_others(live: OpenLedger) -> None:
    with pytest.raises(DomainError) as refused:
        propose_note(live.bench, actor=VALTENNA.key, invoices=["RE-2026-0042"])

    assert refused.value.code == "InvoiceNotFound"
    assert "note" not in refused.value.message


def test_a_credit_note_takes_capacity_once(bench: Workbench) -> None:
    credit = ubl_credit_note("GS-1", "250.00", credits="re-2026-42")
    record(bench, credit)

    outcome = record_credit_note(bench, credit_note="GS-1")

    assert outcome.credit_minor == 25_000
    capacity = bench.read_model.state.invoices[outcome.invoice.fingerprint]
    assert capacity.available_minor == 75_000
    with pytest.raises(ContractRefusedError) as repeated:
        record_credit_note(bench, credit_note="GS-1")
    assert repeated.value.code == "CreditNoteUsed"
    with pytest.raises(DomainError) as too_much:
        propose_note(
            bench, actor=LAHN.key, invoices=[InvoicePart(invoice="RE-2026-0042", amount_minor=75_001)]
        )
    assert too_much.value.code == "InvoiceCapacityShort"


def test_a_credit_note_over_an_unknown_invoice_is_refused(bench: Workbench) -> None:
    record(bench, ubl_credit_note("GS-2", "1.00", credits="UNKNOWN-1"))

    with pytest.raises(DomainError) as refused:
        record_credit_note(bench, credit_note="GS-2")

    assert refused.value.code == "CreditedInvoiceMissing"
    assert "UNKNOWN-1" in refused.value.message


def test_a_credit_note_is_not_financed(bench: Workbench) -> None:
    record(bench, ubl_credit_note("GS-3", "1.00", credits="RE-2026-0042"))

    with pytest.raises(DomainError) as refused:
        propose_note(bench, actor=LAHN.key, invoices=["GS-3"], maturity_at=bench.now() + timedelta(days=1))

    assert refused.value.code == "InvoiceIsCreditNote"
