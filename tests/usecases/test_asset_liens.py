"""One lien registry over lots, receipts and bills: pledged once, released in part, told apart and ranked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.external_liens.external_lien import (
    CollateralKind,
    DocumentNumber,
    DocumentNumberKind,
    ExternalLien,
    NamedParty,
)
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.priority import Claim, ClaimKind
from counterfoil.domain.states import LienState, LotState, ReceiptState
from counterfoil.ingest.external_liens import ReadExtract, ReadLien
from counterfoil.usecases.external_liens.block_matched_assets import block_matched_assets
from counterfoil.usecases.external_liens.import_external_liens import import_external_liens
from counterfoil.usecases.external_liens.list_external_matches import list_external_matches
from counterfoil.usecases.external_liens.match_external_liens import match_external_liens
from counterfoil.usecases.external_liens.resolve_external_match import resolve_external_match
from counterfoil.usecases.goods_resolving import asset_id_of, asset_text
from counterfoil.usecases.liens.accept_substitute import accept_substitute
from counterfoil.usecases.liens.enforce_by_order import enforce_by_order
from counterfoil.usecases.liens.lien_history import lien_history, list_liens
from counterfoil.usecases.liens.lien_priority import lien_priority
from counterfoil.usecases.liens.pledge_asset import pledge_asset
from counterfoil.usecases.liens.propose_substitute import propose_substitute
from counterfoil.usecases.liens.release_lien import release_lien
from counterfoil.usecases.liens.release_part import release_part_of_lot, release_part_of_receipt
from counterfoil.usecases.liens.transfer_pledge import transfer_pledge
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.receipts.attest_stock import attest_stock
from counterfoil.usecases.receipts.order_delivery import order_delivery
from counterfoil.usecases.receipts.restack_receipt import LotPlace
from counterfoil.usecases.receipts.seal_split import seal_split
from counterfoil.usecases.receipts.set_attestation_age import set_attestation_age
from counterfoil.usecases.receipts.set_pledge_consent import set_pledge_consent
from counterfoil.usecases.receipts.show_receipt import show_receipt
from counterfoil.usecases.receipts.split_receipt import split_receipt
from counterfoil.usecases.receipts.transfer_receipt import transfer_receipt
from counterfoil.usecases.workbench import Workbench
from goods_support import INSPECTOR, KEEPER, SOURCE, books_hold, coil, document, issued, refusal, state_of
from ledger_support import BANK, DAY_S, HALDEN, LAHN, SECOND_BANK, VALTENNA

RECEIPT = "receipt:1"


def pledged(bench: Workbench, asset: str = RECEIPT, *, registered: bool = False) -> None:
    pledge_asset(
        bench,
        actor=LAHN.key,
        asset=asset,
        pledgee=BANK.key,
        secured_minor=2_000_000,
        agreement="PL-2026-7",
        registration="0613-7788" if registered else "",
        registered_at=bench.now() - timedelta(hours=1) if registered else None,
    )


def test_a_second_pledge_is_refused_without_naming_the_first_pledgee(warehouse: Workbench) -> None:
    bench = warehouse
    pledged(bench)
    assert show_receipt(bench, receipt_id=1).state is ReceiptState.PLEDGED
    with pytest.raises(CounterfoilError) as refused:
        pledge_asset(
            bench,
            actor=LAHN.key,
            asset=RECEIPT,
            pledgee=SECOND_BANK.key,
            secured_minor=1_000_000,
            agreement="PL-2",
        )
    assert refused.value.code == "AssetEncumbered"
    assert "receipt 1" in refused.value.message
    told = f"{refused.value.message} {refused.value.remedy} {refused.value.facts}"
    with bench.store.begin() as work:
        for firm in (BANK, LAHN):
            party = work.parties.by_key(firm.key)
            assert party is not None
            for secret in (firm.name, firm.vat, f"party {party.party_id}"):
                assert secret not in told
    assert "PL-2026-7" not in told
    assert "2000000" not in told.replace(",", "").replace("_", "").replace(".", "")


def test_a_pledged_receipt_does_not_move(warehouse: Workbench) -> None:
    bench = warehouse
    pledged(bench)
    by_lahn = {"actor": LAHN.key, "receipt_id": 1}
    sealed = {**by_lahn, "sealed_by": KEEPER.key}
    assert refusal(bench, transfer_receipt, to=VALTENNA.key, reference="x", **sealed) == "ReceiptPledged"
    assert refusal(bench, split_receipt, quantities=["25.010"], **sealed) == "ReceiptPledged"
    assert refusal(bench, order_delivery, order="x", **by_lahn) == "ReceiptPledged"
    assert refusal(bench, release_lien, actor=SECOND_BANK.key, asset=RECEIPT, reason="x") == "NotPledgee"
    release_lien(bench, actor=BANK.key, asset=RECEIPT, reason="paid")
    assert refusal(bench, release_lien, actor=BANK.key, asset=RECEIPT, reason="x") == "LienNotFound"
    transfer_receipt(bench, to=VALTENNA.key, reference="PO-1", **sealed)
    assert books_hold(bench)


def test_a_receipt_is_pledged_only_with_the_keepers_seal_and_a_fresh_count(stocked: OpenLedger) -> None:
    bench = stocked.bench
    ask = {
        "actor": LAHN.key,
        "asset": RECEIPT,
        "pledgee": BANK.key,
        "secured_minor": 100,
        "agreement": "PL-1",
    }
    set_pledge_consent(bench, actor=KEEPER.key, receipt_id=1, given=False)
    assert refusal(bench, pledge_asset, **ask) == "PledgeNotConsented"
    set_pledge_consent(bench, actor=KEEPER.key, receipt_id=1)
    set_attestation_age(bench, max_age_s=DAY_S)
    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="100", evidence="tally 2")
    stocked.advance_time(2 * DAY_S)
    assert refusal(bench, pledge_asset, **ask) == "AttestationStale"
    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="75.114", evidence="tally 3")
    assert refusal(bench, pledge_asset, **ask) == "StockShort"
    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="75.115", evidence="tally 4")
    pledge_asset(bench, **ask)
    assert bench.read_model.state.is_pledged(AssetId.of_receipt(1))


def test_what_pledging_refuses_before_anything_is_sent(warehouse: Workbench) -> None:
    bench = warehouse
    head = bench.ledger.head()
    ask = {"actor": LAHN.key, "pledgee": BANK.key, "secured_minor": 100, "agreement": "PL-1"}
    assert refusal(bench, pledge_asset, asset="receipt:9", **ask) == "ReceiptNotFound"
    assert refusal(bench, pledge_asset, asset="bill:9", **ask) == "BillNotFound"
    assert refusal(bench, pledge_asset, asset="lot:9.0.0", **ask) == "LotNotFound"
    assert refusal(bench, pledge_asset, asset="coil:9", **ask) == "AssetReferenceInvalid"
    assert refusal(bench, pledge_asset, asset="receipt:one", **ask) == "AssetReferenceInvalid"
    assert refusal(bench, pledge_asset, asset="receipt:0", **ask) == "AssetReferenceInvalid"
    assert refusal(bench, pledge_asset, asset=RECEIPT, **{**ask, "agreement": " "}) == "ReferenceEmpty"
    assert refusal(bench, pledge_asset, asset=RECEIPT, **{**ask, "secured_minor": 0}) == "AmountInvalid"
    assert refusal(bench, release_lien, actor=BANK.key, asset=RECEIPT, reason="x") == "LienNotFound"
    assert bench.ledger.head() == head


def test_assets_are_written_and_read_one_way() -> None:
    for text in ("lot:7.3.12", "receipt:3", "bill:2"):
        assert asset_text(asset_id_of(text)) == text
    assert asset_id_of("1/2/3") == asset_id_of("lot:1.2.3") == AssetId.of_lot(LotId(1, 2, 3))


# -- parts --


def test_a_part_of_a_receipt_goes_free_and_the_lien_goes_on(warehouse: Workbench) -> None:
    bench = warehouse
    pledged(bench)
    sealed = {"actor": BANK.key, "receipt_id": 1, "reason": "half repaid", "sealed_by": KEEPER.key}
    assert refusal(bench, release_part_of_receipt, quantity="30", **sealed) == "QuantityNeedsPartOfLot"
    assert refusal(bench, release_part_of_receipt, quantity="75.115", **sealed) == "QuantityNotBelowWhole"
    assert (
        refusal(bench, release_part_of_receipt, quantity="24.980", **{**sealed, "actor": LAHN.key})
        == "NotPledgee"
    )
    released = release_part_of_receipt(bench, quantity="24.980", **sealed)

    assert (released.kept, released.freed) == (AssetId.of_receipt(1), AssetId.of_receipt(2))
    state = bench.read_model.state
    assert state.is_pledged(released.kept)
    assert not state.is_pledged(released.freed)
    assert show_receipt(bench, receipt_id=2).quantity == "24.980 TNE"
    inherited = lien_history(bench, asset="receipt:2")
    assert [(each.asset, each.inherited_from) for each in inherited] == [(RECEIPT, RECEIPT)]
    transfer_receipt(
        bench, actor=LAHN.key, receipt_id=2, to=VALTENNA.key, reference="PO-3", sealed_by=KEEPER.key
    )
    assert books_hold(bench)


def test_a_part_is_released_with_a_seal_brought_along_and_with_a_cut(warehouse: Workbench) -> None:
    bench = warehouse
    pledged(bench)
    two = seal_split(bench, actor=KEEPER.key, receipt_id=1, quantities=["24.980", "25.010"])
    ask = {"actor": BANK.key, "receipt_id": 1, "reason": "repaid"}
    assert refusal(bench, release_part_of_receipt, seal=two, **ask) == "SealUnlike"
    one = seal_split(bench, actor=KEEPER.key, receipt_id=1, lots=["C-1003"])
    assert refusal(bench, release_part_of_receipt, quantity="24.980", seal=one, **ask) == "SealUnlike"
    assert refusal(bench, release_part_of_receipt, quantity="24.980", **ask) == "SealMissing"
    release_part_of_receipt(bench, quantity="25.010", seal=one, **ask)
    cut = release_part_of_receipt(
        bench, quantity="1.001", sealed_by=KEEPER.key, cut_to=LotPlace(serial="C-1001-A"), **ask
    )
    assert show_receipt(bench, receipt_id=cut.freed.receipt_id).quantity == "1.001 TNE"
    assert books_hold(bench)


def live_note(bench: Workbench) -> None:
    propose_note(
        bench, actor=LAHN.key, invoices=["RE-2026-0042"], maturity_at=bench.now() + timedelta(days=90)
    )
    confirm_note(bench, actor=HALDEN.key, note_id=1)


def test_a_part_of_a_lot_goes_free_and_the_lien_goes_on_over_the_kept_part(warehouse: Workbench) -> None:
    bench = warehouse
    live_note(bench)
    pledged(bench, "lot:1.0.0")
    ask = {"actor": BANK.key, "lot": "1/0/0", "reason": "half repaid"}
    assert refusal(bench, release_part_of_lot, freed_minor=100_000, **ask) == "PartNotInside"
    assert refusal(bench, release_part_of_lot, freed_minor=0, **ask) == "PartNotInside"
    released = release_part_of_lot(bench, freed_minor=40_000, **ask)
    state = bench.read_model.state
    kept, freed = state.lots[released.kept.lot_id], state.lots[released.freed.lot_id]
    assert (kept.length_minor, kept.state) == (60_000, LotState.PLEDGED)
    assert (freed.length_minor, freed.state) == (40_000, LotState.FREE)
    assert [(each.lien.state, each.asset) for each in list_liens(bench)] == [
        (LienState.DIVIDED, "lot:1.0.0"),
        (LienState.ACTIVE, asset_text(released.kept)),
    ]
    assert books_hold(bench)


# -- substitution, transfer, enforcement --


def test_a_substitute_needs_both_sides(warehouse: Workbench) -> None:
    bench = warehouse
    pledged(bench)
    other = issued(bench, document([coil("C-2001", "20.000")], number="WR-2"))
    replacement = f"receipt:{other}"
    accept = {"actor": BANK.key, "asset": RECEIPT, "replacement": replacement, "agreement": "PL-8"}
    assert refusal(bench, accept_substitute, **accept) == "SubstituteUnknown"
    offer = {"actor": LAHN.key, "asset": RECEIPT, "replacement": replacement}
    assert refusal(bench, propose_substitute, **{**offer, "actor": BANK.key}) == "NotPledgor"
    propose_substitute(bench, **offer)
    assert refusal(bench, accept_substitute, **{**accept, "actor": SECOND_BANK.key}) == "NotPledgee"
    accept_substitute(bench, **accept)
    state = bench.read_model.state
    assert not state.is_pledged(AssetId.of_receipt(1))
    assert state.is_pledged(AssetId.of_receipt(other))
    assert books_hold(bench)


def test_a_claim_goes_to_another_funder_with_its_lien(warehouse: Workbench) -> None:
    bench = warehouse
    pledged(bench)
    ask = {"asset": RECEIPT, "to": SECOND_BANK.key, "agreement": "sale of claim 4"}
    assert refusal(bench, transfer_pledge, actor=LAHN.key, **ask) == "NotPledgee"
    transfer_pledge(bench, actor=BANK.key, **ask)
    (sheet,) = lien_history(bench, asset=RECEIPT)
    assert sheet.pledgee_name == SECOND_BANK.name
    assert refusal(bench, release_lien, actor=BANK.key, asset=RECEIPT, reason="x") == "NotPledgee"
    release_lien(bench, actor=SECOND_BANK.key, asset=RECEIPT, reason="claim paid")
    (sheet,) = lien_history(bench, asset=RECEIPT)
    assert (sheet.lien.state, sheet.reason) == (LienState.RELEASED, "claim paid")
    assert sheet.ended_at is not None


def test_an_order_enforces_a_lien(warehouse: Workbench) -> None:
    bench = warehouse
    pledged(bench)
    assert refusal(bench, enforce_by_order, asset=RECEIPT, to=VALTENNA.key, order=" ") == "ReferenceEmpty"
    enforce_by_order(bench, asset=RECEIPT, to=VALTENNA.key, order="AG Duisburg 3 K 7/26")
    sheet = show_receipt(bench, receipt_id=1)
    assert (sheet.state, sheet.holder_name) == (ReceiptState.ISSUED, VALTENNA.name)
    assert [step.how for step in sheet.title] == ["issued", "enforced"]
    assert sheet.liens[0].lien.state is LienState.ENFORCED
    assert state_of(bench) is ReceiptState.ISSUED
    assert books_hold(bench)


# -- priority --


def test_claims_are_ranked_with_the_rule_and_the_reason(warehouse: Workbench) -> None:
    bench = warehouse
    assert lien_priority(bench, asset=RECEIPT).ranking.places == ()
    pledged(bench)
    outside = Claim(
        reference="registry 0613-1",
        kind=ClaimKind.GOODS_MORTGAGE,
        secured_minor=500_000,
        registered_at=bench.now() - timedelta(days=30),
    )
    later = Claim(
        reference="registry 0613-2",
        kind=ClaimKind.GOODS_MORTGAGE,
        secured_minor=500_000,
        registered_at=bench.now() + timedelta(days=30),
    )
    sheet = lien_priority(bench, asset=RECEIPT, others=[later, outside])
    order = [claim.reference for place in sheet.ranking.places for claim in place.claims]
    assert order == ["registry 0613-1", "receipt:1#1", "registry 0613-2"]
    assert BANK.name in sheet.holders["receipt:1#1"]
    assert all(place.reason and place.rule.rule_id for place in sheet.ranking.places)


def test_a_pledge_of_a_receivable_that_nobody_registered_gives_no_place(warehouse: Workbench) -> None:
    bench = warehouse
    live_note(bench)
    pledged(bench, "lot:1.0.0")
    sheet = lien_priority(bench, asset="lot:1.0.0")
    assert sheet.ranking.places == ()
    assert [each.rule.rule_id for each in sheet.ranking.without_right] == ["CC-445"]
    release_lien(bench, actor=BANK.key, asset="lot:1.0.0", reason="to be registered")
    pledged(bench, "lot:1.0.0", registered=True)
    assert [place.rule.rule_id for place in lien_priority(bench, asset="lot:1.0.0").ranking.places] == [
        "CC-414"
    ]


def test_only_the_holder_pledges(warehouse: Workbench) -> None:
    ask = {"asset": RECEIPT, "pledgee": BANK.key, "secured_minor": 1, "agreement": "x"}
    assert refusal(warehouse, pledge_asset, actor=SOURCE.key, **ask) == "NotReceiptHolder"
    assert (
        refusal(warehouse, pledge_asset, actor=LAHN.key, **{**ask, "pledgee": LAHN.key}) == "PledgeeIsPledgor"
    )


def test_a_registration_elsewhere_that_matches_takes_its_place(warehouse: Workbench) -> None:
    bench = warehouse
    pledged(bench)
    elsewhere = ExternalLien(
        registry="example registry",
        registration_number="0613-1",
        registered_at=bench.now() - timedelta(days=30),
        expires_at=None,
        debtor=NamedParty(name=LAHN.name),
        secured_party="Another Bank AG",
        collateral_kind=CollateralKind.WAREHOUSE_RECEIPT,
        document_numbers=(DocumentNumber(kind=DocumentNumberKind.RECEIPT, number="wr-2026-0001"),),
    )
    extract = ReadExtract(rows=(ReadLien(2, elsewhere),), faults=())
    import_external_liens(bench, file_name="extract.csv", extract=extract)
    assert len(match_external_liens(bench).found) == 1
    sheet = lien_priority(bench, asset=RECEIPT)
    (first, second) = sheet.ranking.places
    assert [claim.reference for claim in first.claims] == ["example registry 0613-1"]
    assert sheet.holders["example registry 0613-1"].endswith("not decided yet)")
    assert [claim.reference for claim in second.claims] == ["receipt:1#1"]
    assert {first.rule.rule_id, second.rule.rule_id} == {"GI-59"}

    block_matched_assets(bench)
    (match,) = list_external_matches(bench)
    assert show_receipt(bench, receipt_id=1).blocked
    resolve_external_match(
        bench, match=match.match.match_hash.hex(), upheld=False, reason="other goods", decided_by="arbiter 2"
    )
    places = lien_priority(bench, asset=RECEIPT).ranking.places
    assert [claim.reference for place in places for claim in place.claims] == ["receipt:1#1"]
