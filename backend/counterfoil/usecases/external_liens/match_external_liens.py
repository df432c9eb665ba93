"""Compare the imported registrations with what is on the ledger, and keep every match for an examiner."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.external_liens.external_lien import ExternalLien, LedgerAsset
from counterfoil.domain.external_liens.lien_evidence import DEFAULT_THRESHOLDS, Thresholds
from counterfoil.domain.external_liens.lien_matching import LienMatch, match_liens
from counterfoil.ports.external_liens import ExternalMatchRecord
from counterfoil.usecases.external_liens.ledger_assets import ledger_assets
from counterfoil.usecases.workbench import Workbench

_OBJECTS_BETWEEN_COLLECTIONS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedLiens:
    """What a comparison gave. found: matches that are new; known_count: those that were found before."""

    found: tuple[ExternalMatchRecord, ...]
    known_count: int
    lien_count: int
    asset_count: int


def match_external_liens(bench: Workbench) -> MatchedLiens:
    """Match every registration in force at the ledger's time with every live asset, and keep what is new.

    What was decided before stays decided: the same registration on the same asset is the same match.
    """
    now = bench.now()
    assets = ledger_assets(bench)
    key = bench.keys.fingerprint_key()
    with bench.store.begin() as work:
        liens = work.external_liens.in_force(now)
    # A registration is one record: the store keeps only what it says now.
    content_keys = {record.lien.registration_key: record.content_key for record in liens}
    matches = find_matches(liens=(record.lien for record in liens), assets=assets, key=key, as_of=now)
    at = datetime.now(UTC)
    records = [_record(match, content_keys[match.lien.registration_key], at) for match in matches]
    with bench.store.begin() as work:
        found = work.external_liens.add_matches(records)
    return MatchedLiens(
        found=found,
        known_count=len(records) - len(found),
        lien_count=len(liens),
        asset_count=len(assets),
    )


def find_matches(
    *,
    liens: Iterable[ExternalLien],
    assets: Iterable[LedgerAsset],
    key: bytes,
    as_of: datetime,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> tuple[LienMatch, ...]:
    """The matches of liens and assets from wherever, without store or chain.

    key: the consortium's fingerprint key. Raises DomainError FingerprintKeyLength.
    """
    with _few_collections():
        return tuple(match_liens(liens=liens, assets=assets, key=key, as_of=as_of, thresholds=thresholds))


@contextmanager
def _few_collections() -> Iterator[None]:
    """Lets the garbage collector look less often: the indexes are large, live long and have no cycles.

    Measured: a quarter of the time of a large comparison went into looking through them.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _record(match: LienMatch, content_key: bytes, at: datetime) -> ExternalMatchRecord:
    return ExternalMatchRecord(
        match_hash=match.match_hash,
        content_key=content_key,
        asset_number=match.asset_number,
        grade=match.grade,
        score=match.score,
        reasons=match.reasons,
        found_at=at,
    )
