"""Registrations and matches in the store: each extract kept, one current, each match decided once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.errors import DomainError
from counterfoil.domain.external_liens.external_lien import (
    CollateralKind,
    DocumentNumber,
    DocumentNumberKind,
    ExternalLien,
    LotReference,
    NamedParty,
)
from counterfoil.domain.external_liens.lien_evidence import EvidenceField, MatchGrade, MatchReason
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier
from counterfoil.domain.money import Currency, Money
from counterfoil.ports.external_liens import (
    ExternalLienRecord,
    ExternalMatchRecord,
    MatchResolution,
    MatchState,
)
from counterfoil.store.failures import StoreError
from counterfoil.store.schema import metadata
from counterfoil.store.unit_of_work import Store

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEY = b"\x05" * 32
LIEN = ExternalLien(
    registry="登记系统",
    registration_number="00123",
    registered_at=NOW - timedelta(days=9),
    expires_at=NOW + timedelta(days=9),
    debtor=NamedParty(
        name="苏州恒发", identifiers=(PartyIdentifier(scheme=IdScheme.USCC, value="91320594MA9LC07W4B"),)
    ),
    secured_party="bank",
    collateral_kind=CollateralKind.GOODS,
    goods_code="7208",
    goods_description="coils",
    lots=(LotReference(site="s", bay="b"), LotReference(serial="9")),
    document_numbers=(DocumentNumber(kind=DocumentNumberKind.RECEIPT, number="WR-1"),),
    secured=Money(100, Currency.of("CNY")),
)


def record(lien: ExternalLien = LIEN, *, at: datetime = NOW) -> ExternalLienRecord:
    return ExternalLienRecord(
        content_key=lien.content_key(key=KEY), lien=lien, file_name="extract.csv", imported_at=at
    )


def match(asset_number: int = 2**255 + 7, lien: ExternalLien = LIEN) -> ExternalMatchRecord:
    return ExternalMatchRecord(
        match_hash=lien.match_hash(asset_number=asset_number, key=KEY),
        content_key=lien.content_key(key=KEY),
        asset_number=asset_number,
        grade=MatchGrade.PROBABLE,
        score=91,
        reasons=(
            MatchReason(
                field=EvidenceField.LOT, is_exact=False, score=91, lien_text="serial 9", asset_text="九"
            ),
        ),
        found_at=NOW,
    )


def decision(state: MatchState) -> MatchResolution:
    return MatchResolution(state=state, reason="seen", by="Wei Lin", at=NOW, reason_hash=b"\x09" * 32)


def test_a_registration_comes_back_as_it_was_stated(store: Store) -> None:
    with store.begin() as work:
        assert work.external_liens.add_all([record()]) == (record(),)
    with store.begin() as work:
        assert work.external_liens.by_content(record().content_key) == record()
        assert work.external_liens.in_force(NOW) == (record(),)
        assert work.external_liens.by_content(bytes(32)) is None
        assert work.external_liens.count() == 1


def test_the_same_extract_again_changes_nothing(store: Store) -> None:
    with store.begin() as work:
        work.external_liens.add_all([record()])
        respelled = replace(LIEN, registration_number="123", secured_party="BANK")
        assert work.external_liens.add_all([record(respelled, at=NOW + timedelta(days=1))]) == ()
        assert work.external_liens.in_force(NOW) == (record(),)


def test_what_an_extract_says_newly_supersedes_and_may_be_said_back(store: Store) -> None:
    amended = replace(LIEN, secured=Money(50, Currency.of("CNY")))
    later = NOW + timedelta(days=1)
    with store.begin() as work:
        work.external_liens.add_all([record()])
        assert len(work.external_liens.add_all([record(amended, at=later)])) == 1
        assert [each.lien for each in work.external_liens.in_force(NOW)] == [amended]
        earlier = work.external_liens.by_content(record().content_key)
        assert earlier == replace(record(), superseded_at=later)
        assert len(work.external_liens.add_all([record(at=later + timedelta(days=1))])) == 1
        assert [each.lien for each in work.external_liens.in_force(NOW)] == [LIEN]
        assert work.external_liens.count() == 1


def test_one_extract_may_amend_what_it_said_itself(store: Store) -> None:
    amended = replace(LIEN, secured=None)
    other = replace(LIEN, registration_number="77")
    with store.begin() as work:
        given = [record(), record(other), record(amended, at=NOW + timedelta(seconds=1)), record(amended)]
        assert work.external_liens.add_all(given) == tuple(given[:3])
    with store.begin() as work:
        assert [each.lien for each in work.external_liens.in_force(NOW)] == [amended, other]


def test_registrations_end(store: Store) -> None:
    endless = replace(LIEN, registration_number="9", expires_at=None)
    with store.begin() as work:
        work.external_liens.add_all([record()])
        work.external_liens.add_all([record(endless)])
    with store.begin() as work:
        assert LIEN.expires_at is not None
        assert len(work.external_liens.in_force(LIEN.expires_at - timedelta(seconds=1))) == 2
        assert [each.lien for each in work.external_liens.in_force(LIEN.expires_at)] == [endless]


def test_a_match_is_kept_once_and_keeps_its_decision(store: Store) -> None:
    with store.begin() as work:
        work.external_liens.add_all([record()])
        assert work.external_liens.add_matches([match()]) == (match(),)
        work.external_liens.mark_blocked(match().match_hash, tx_hash="0xaa")
        work.external_liens.resolve(match().match_hash, decision(MatchState.UPHELD))
    with store.begin() as work:
        assert work.external_liens.add_matches([match(), match(3)]) == (match(3),)
        kept = replace(match(), block_tx="0xaa", resolution=decision(MatchState.UPHELD))
        assert work.external_liens.match(match().match_hash) == kept
        assert work.external_liens.matches(state=MatchState.OPEN) == (match(3),)
        assert work.external_liens.matches(state=MatchState.UPHELD) == (kept,)
        assert work.external_liens.matches_of_asset(match().asset_number) == (kept,)
        assert set(work.external_liens.matches()) == {kept, match(3)}


def test_upheld_may_be_dismissed_and_dismissed_is_final(store: Store) -> None:
    with store.begin() as work:
        work.external_liens.add_all([record()])
        work.external_liens.add_matches([match()])
        work.external_liens.resolve(match().match_hash, decision(MatchState.UPHELD))
        work.external_liens.resolve(match().match_hash, decision(MatchState.DISMISSED))
    for state in (MatchState.UPHELD, MatchState.DISMISSED):
        with pytest.raises(DomainError) as refused, store.begin() as work:
            work.external_liens.resolve(match().match_hash, decision(state))
        assert refused.value.code == "ExternalMatchResolved"


def test_an_unknown_match_is_refused(store: Store) -> None:
    with pytest.raises(DomainError) as refused, store.begin() as work:
        work.external_liens.mark_blocked(bytes(32), tx_hash="0x")
    assert refused.value.code == "ExternalMatchUnknown"
    with pytest.raises(DomainError) as refused, store.begin() as work:
        work.external_liens.resolve(bytes(32), decision(MatchState.UPHELD))
    assert refused.value.code == "ExternalMatchUnknown"


def test_a_match_without_its_registration_is_refused(store: Store) -> None:
    with pytest.raises(StoreError) as refused, store.begin() as work:
        work.external_liens.add_matches([match()])
    assert refused.value.code == "StoreContradiction"


IMPOSSIBLE = [
    {"score": 101},
    {"state": "resolved"},
    {"state": "upheld"},
    {"state": "dismissed", "resolved_reason": "r", "resolved_at": NOW},
]


@pytest.mark.parametrize("change", IMPOSSIBLE)
def test_the_database_itself_refuses_impossible_matches(store: Store, change: dict[str, object]) -> None:
    row = {
        "match_hash": "aa",
        "content_key": record().content_key.hex(),
        "asset_number": "1",
        "grade": "exact",
        "score": 1,
        "reasons_json": "[]",
        "found_at": NOW,
        "state": "open",
    }
    with store.begin() as work:
        work.external_liens.add_all([record()])
    with pytest.raises(IntegrityError), store._engine.begin() as connection:
        connection.execute(insert(metadata.tables["external_matches"]).values({**row, **change}))
