"""Matches with liens registered elsewhere, for the examiner and the arbiter."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.external_liens.external_lien import ExternalLien
from counterfoil.domain.lot import AssetId
from counterfoil.ports.external_liens import ExternalMatchRecord, MatchState
from counterfoil.usecases.external_liens.block_matched_assets import block_of
from counterfoil.usecases.goods_resolving import asset_text
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSheet:
    """A match with its registration. is_blocking: whether the ledger refuses new pledges for it now."""

    match: ExternalMatchRecord
    lien: ExternalLien
    asset: str
    is_blocking: bool
    is_superseded: bool


def list_external_matches(bench: Workbench, *, state: MatchState | None = None) -> tuple[MatchSheet, ...]:
    """Every match, or those in a state, by the time they were found."""
    with bench.store.begin() as work:
        matches = work.external_liens.matches(state=state)
        records = {match.content_key: work.external_liens.by_content(match.content_key) for match in matches}
    sheets = []
    for match in matches:
        record = records[match.content_key]
        if record is None:
            continue  # the database's foreign key forbids it
        block = block_of(bench, match)
        sheets.append(
            MatchSheet(
                match=match,
                lien=record.lien,
                asset=asset_text(AssetId.from_number(match.asset_number)),
                is_blocking=block is not None and block.open,
                is_superseded=record.superseded_at is not None,
            )
        )
    return tuple(sheets)
