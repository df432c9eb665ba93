"""From a registry's extract to a blocked asset and its decision, on a ledger with contracts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
from counterfoil.domain.external_liens.lien_evidence import MatchGrade
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.ingest.external_liens import ReadExtract, ReadLien, read_external_liens
from counterfoil.ports.external_liens import MatchState
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.external_liens.block_matched_assets import block_matched_assets, block_of
from counterfoil.usecases.external_liens.import_external_liens import import_external_liens
from counterfoil.usecases.external_liens.ledger_assets import ledger_assets
from counterfoil.usecases.external_liens.list_external_matches import list_external_matches
from counterfoil.usecases.external_liens.match_external_liens import find_matches, match_external_liens
from counterfoil.usecases.external_liens.resolve_external_match import resolve_external_match
from counterfoil.usecases.lots.pledge_lot import pledge_lot
from counterfoil.usecases.workbench import Workbench
from ledger_support import BANK, LAHN

NOTE = AssetId.of_lot(LotId.root(1))


def registration(
    number: str = "0001", *, debtor: str = LAHN.name, invoice: str = "re-2026-42"
) -> ExternalLien:
    return ExternalLien(
        registry="example registry",
        registration_number=number,
        registered_at=datetime(2026, 1, 1, tzinfo=UTC),
        expires_at=None,
        debtor=NamedParty(name=debtor),
        secured_party="Another Bank AG",
        collateral_kind=CollateralKind.RECEIVABLE,
        document_numbers=(DocumentNumber(kind=DocumentNumberKind.INVOICE, number=invoice),),
    )


def take_in(bench: Workbench, *liens: ExternalLien) -> int:
    extract = ReadExtract(rows=tuple(ReadLien(n, lien) for n, lien in enumerate(liens, start=2)), faults=())
    return len(import_external_liens(bench, file_name="extract.csv", extract=extract).added)


def refusal(command: object) -> str:
    with pytest.raises(CounterfoilError) as refused:
        command()  # type: ignore[operator]  # a lambda of the test
    assert refused.value.message
    assert refused.value.remedy
    return refused.value.code


def pledge(bench: Workbench) -> object:
    return pledge_lot(
        bench, actor=LAHN.key, lot="1/0/0", pledgee=BANK.key, secured_minor=50_000, agreement="P-1"
    )


@pytest.fixture
def bench(live: OpenLedger) -> Workbench:
    return live.bench


@pytest.fixture
def blocked(bench: Workbench) -> Workbench:
    take_in(bench, registration())
    match_external_liens(bench)
    block_matched_assets(bench)
    return bench


def the_match(bench: Workbench) -> str:
    (sheet,) = list_external_matches(bench)
    return sheet.match.match_hash.hex()


def test_a_note_is_known_by_its_invoices_and_everybody_who_may_have_pledged_it(bench: Workbench) -> None:
    (asset,) = ledger_assets(bench)
    assert asset.asset_number == NOTE.number
    assert asset.kind is CollateralKind.RECEIVABLE
    assert [party.name for party in asset.pledgors] == [LAHN.name]
    assert [each.value for each in asset.pledgors[0].identifiers] == [LAHN.vat]
    assert [each.number for each in asset.document_numbers] == ["RE-2026-0042"]


def test_a_match_blocks_new_pledges_until_it_is_dismissed(blocked: Workbench) -> None:
    (sheet,) = list_external_matches(blocked, state=MatchState.OPEN)
    assert (sheet.match.grade, sheet.asset, sheet.is_blocking) == (MatchGrade.EXACT, "lot:1.0.0", True)
    assert sheet.match.block_tx is not None
    assert refusal(lambda: pledge(blocked)) == "AssetBlocked"

    resolve_external_match(
        blocked, match=the_match(blocked)[:8], upheld=False, reason="an invoice of 2016", decided_by="Wei Lin"
    )

    (sheet,) = list_external_matches(blocked, state=MatchState.DISMISSED)
    assert not sheet.is_blocking
    assert sheet.match.resolution is not None
    assert (sheet.match.resolution.reason, sheet.match.resolution.by) == ("an invoice of 2016", "Wei Lin")
    pledge(blocked)
    assert [result for result in check_books(blocked) if not result.ok] == []


def test_what_is_upheld_stays_blocked_until_the_other_lien_has_ended(blocked: Workbench) -> None:
    match = the_match(blocked)
    resolve_external_match(blocked, match=match, upheld=True, reason="registered first", decided_by="Wei Lin")
    assert refusal(lambda: pledge(blocked)) == "AssetBlocked"
    (sheet,) = list_external_matches(blocked)
    assert (sheet.match.state, sheet.is_blocking) == (MatchState.UPHELD, True)

    again = lambda upheld: resolve_external_match(  # noqa: E731 - said twice with one difference
        blocked, match=match, upheld=upheld, reason="released", decided_by="Wei Lin"
    )
    assert refusal(lambda: again(True)) == "MatchDecided"
    again(False)
    pledge(blocked)
    assert refusal(lambda: again(True)) == "MatchDecided"
    assert refusal(lambda: again(False)) == "MatchDecided"


def test_a_decision_that_is_completed_twice_is_refused_neither_time(blocked: Workbench) -> None:
    """The service completes a command again after a crash between the record and the command's end."""
    match = the_match(blocked)
    decide = lambda **more: resolve_external_match(  # noqa: E731 - said often with one difference
        blocked, match=match, upheld=True, reason="registered first", decided_by="Wei Lin", **more
    )
    decide()
    assert decide(completing=True).receipts == ()
    (sheet,) = list_external_matches(blocked)
    assert (sheet.match.state, sheet.is_blocking) == (MatchState.UPHELD, True)
    # Somebody else's decision is still one that was taken already.
    assert refusal(decide) == "MatchDecided"


def test_the_reason_is_on_the_ledger_as_a_hash_whose_wording_is_kept(blocked: Workbench) -> None:
    outcome = resolve_external_match(
        blocked, match=the_match(blocked), upheld=False, reason="other goods", decided_by="Wei Lin"
    )
    event = outcome.receipts[0].only("BlockResolved")
    with blocked.store.begin() as work:
        document = work.documents.by_hash(event.args["reason_hash"])
    assert document is not None
    assert "other goods" in document.body_json
    assert "Wei Lin" in document.body_json


def test_repeating_import_match_and_block_changes_nothing(blocked: Workbench) -> None:
    assert take_in(blocked, registration("1")) == 0
    matched = match_external_liens(blocked)
    assert (matched.found, matched.known_count, matched.lien_count, matched.asset_count) == ((), 1, 1, 1)
    outcome = block_matched_assets(blocked)
    assert (outcome.blocked, outcome.receipts) == ((), ())
    resolve_external_match(blocked, match=the_match(blocked), upheld=False, reason="r", decided_by="b")
    assert match_external_liens(blocked).found == ()
    assert block_matched_assets(blocked).blocked == ()


def test_an_amended_registration_is_a_match_of_its_own(blocked: Workbench) -> None:
    resolve_external_match(blocked, match=the_match(blocked), upheld=False, reason="r", decided_by="b")
    amended = replace(registration(), goods_description="castings of RE-2026-0042")
    assert take_in(blocked, amended) == 1
    assert len(match_external_liens(blocked).found) == 1
    assert len(block_matched_assets(blocked).blocked) == 1
    assert [sheet.is_superseded for sheet in list_external_matches(blocked)] == [True, False]
    assert refusal(lambda: pledge(blocked)) == "AssetBlocked"


def test_a_registration_that_has_ended_is_not_compared(live: OpenLedger) -> None:
    bench = live.bench
    take_in(bench, replace(registration(), expires_at=bench.now() + timedelta(days=2)))
    live.advance_time(3 * 86_400)
    assert match_external_liens(bench).lien_count == 0
    assert list_external_matches(bench) == ()


def test_strangers_and_neighbours_block_nothing(bench: Workbench) -> None:
    take_in(
        bench,
        registration("1", invoice="RE-2026-0043"),
        registration("2", debtor="Halden Werke AG"),
        registration("3", debtor="Gussstahl Rhein AG"),
    )
    assert match_external_liens(bench).found == ()
    assert block_matched_assets(bench).blocked == ()
    pledge(bench)


def test_weaker_matches_may_wait_for_an_examiner(bench: Workbench) -> None:
    take_in(bench, registration(debtor="Lahn Gusswerk", invoice="RE-2062-0042"))
    assert [match.grade for match in match_external_liens(bench).found] == [MatchGrade.POSSIBLE]
    assert block_matched_assets(bench, at_least=MatchGrade.PROBABLE).blocked == ()
    pledge(bench)
    assert len(block_matched_assets(bench).blocked) == 1


def test_an_interrupted_block_is_taken_up_without_a_second_one(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(bench, registration())
    (match,) = match_external_liens(bench).found

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("counterfoil.store.external_liens.SqlExternalLiens.mark_blocked", die)
        with pytest.raises(Killed):
            block_matched_assets(bench)
    block = block_of(bench, match)
    assert block is not None
    assert block.open

    taken_up = block_matched_assets(bench)
    assert (len(taken_up.blocked), taken_up.receipts) == (1, ())
    (sheet,) = list_external_matches(bench)
    assert sheet.match.block_tx is not None

    with monkeypatch.context() as patched:
        patched.setattr("counterfoil.store.external_liens.SqlExternalLiens.resolve", die)
        with pytest.raises(Killed):
            resolve_external_match(bench, match=the_match(bench), upheld=False, reason="r", decided_by="b")
    (sheet,) = list_external_matches(bench)
    assert (sheet.match.state, sheet.is_blocking) == (MatchState.OPEN, False)
    again = {"upheld": False, "reason": "another reason", "decided_by": "somebody else"}
    outcome = resolve_external_match(bench, match=the_match(bench), **again)
    assert outcome.receipts == ()
    match = list_external_matches(bench)[0].match
    assert match.state is MatchState.DISMISSED
    assert match.resolution is not None
    assert (match.resolution.reason, match.resolution.by) == ("r", "b"), "what the ledger has the hash of"


def test_decisions_that_cannot_be_made_are_refused(bench: Workbench) -> None:
    take_in(bench, registration(), registration("2", debtor="Lahn Gusswerk GmbH"))
    found = match_external_liens(bench).found

    def decide(match: str, reason: str = "r", by: str = "b") -> str:
        return refusal(
            lambda: resolve_external_match(bench, match=match, upheld=True, reason=reason, decided_by=by)
        )

    first = found[0].match_hash.hex()
    assert decide("ab" * 32) == "MatchNotFound"
    assert decide(first[:7]) == "MatchNotFound"
    assert decide("") == "MatchNotFound"
    assert decide(first) == "MatchNotBlocked"
    assert decide(first, reason=" ") == "ReferenceEmpty"
    assert decide(first, by=" ") == "ReferenceEmpty"


def test_faults_of_an_extract_come_through_and_good_rows_are_kept(bench: Workbench) -> None:
    text = (
        "registration_number,registered_at,debtor_name,secured_party,collateral_kind,invoice_numbers\n"
        "1,2026-01-01T00:00Z,Gusswerk Lahn GmbH,Another Bank AG,receivable,RE-2026-0042\n"
        "2,someday,Gusswerk Lahn GmbH,Another Bank AG,receivable,RE-2026-0042\n"
    )
    extract = read_external_liens(text.encode(), registry="example registry")
    imported = import_external_liens(bench, file_name="extract.csv", extract=extract)
    assert (len(imported.added), imported.refused_count) == (1, 1)
    assert [(fault.line, fault.field) for fault in imported.faults] == [(3, "registered_at")]
    assert len(match_external_liens(bench).found) == 1


def test_matching_needs_neither_store_nor_chain(bench: Workbench) -> None:
    matches = find_matches(
        liens=(registration(),),
        assets=ledger_assets(bench),
        key=bytes(32),
        as_of=datetime(2026, 6, 1, tzinfo=UTC),
    )
    assert [match.asset_number for match in matches] == [NOTE.number]
