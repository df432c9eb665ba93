"""Block assets that may be encumbered elsewhere, as the examiner: no new pledge until that is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from counterfoil.domain.events.lien_events import BlockPlaced
from counterfoil.domain.external_liens.lien_evidence import MatchGrade
from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.lien_state import Block, blocked_as
from counterfoil.domain.states import Office
from counterfoil.ports.engine import ContractRefusedError, Receipt
from counterfoil.ports.external_liens import ExternalMatchRecord, MatchState
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.workbench import Outcome, Workbench

_TOO_MANY = "TooManyBlocks"
_WEAKEST_LAST = tuple(MatchGrade)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedAssets(Outcome):
    """The matches that block their assets now; receipts may be fewer after an interrupted run.

    not_blocked: those of assets with as many open blocks as the ledger keeps, which are blocked anyway.
    """

    blocked: tuple[ExternalMatchRecord, ...]
    not_blocked: tuple[ExternalMatchRecord, ...]


def block_matched_assets(bench: Workbench, *, at_least: MatchGrade = MatchGrade.POSSIBLE) -> BlockedAssets:
    """Set a block for every open match that has none, of this grade or stronger, in one transaction each.

    Run again after an interruption, it sets what is missing and nothing twice.
    """
    wanted = _WEAKEST_LAST[: _WEAKEST_LAST.index(at_least) + 1]
    with bench.store.begin() as work:
        open_matches = work.external_liens.matches(state=MatchState.OPEN)
    blocked, not_blocked, receipts = [], [], []
    for match in open_matches:
        if match.block_tx is not None or match.grade not in wanted:
            continue
        tx_hash = _tx_of_block(bench, match)
        if tx_hash is None:
            try:
                receipt = carry_out(bench, "block_asset", partial(_send, bench, match))
            except ContractRefusedError as refused:
                if refused.code != _TOO_MANY:
                    raise
                not_blocked.append(match)
                continue
            receipts.append(receipt)
            tx_hash = receipt.tx_hash
        with bench.store.begin() as work:
            work.external_liens.mark_blocked(match.match_hash, tx_hash=tx_hash)
        blocked.append(match)
    return BlockedAssets(
        operation="block_asset",
        receipts=tuple(receipts),
        blocked=tuple(blocked),
        not_blocked=tuple(not_blocked),
    )


def block_of(bench: Workbench, match: ExternalMatchRecord) -> Block | None:
    """What the ledger has about a match, None where it has nothing."""
    asset_id = blocked_as(AssetId.from_number(match.asset_number))
    blocks = bench.read_model.state.blocks.get(asset_id, ())
    return next((block for block in blocks if block.match_hash == match.match_hash), None)


def _tx_of_block(bench: Workbench, match: ExternalMatchRecord) -> str | None:
    """The transaction that set the block, where an interrupted run set it and could not say so."""
    if block_of(bench, match) is None:
        return None
    return next(
        recorded.tx_hash
        for recorded in bench.read_model.history(BlockPlaced)
        if isinstance(recorded.event, BlockPlaced) and recorded.event.match_hash == match.match_hash
    )


def _send(bench: Workbench, match: ExternalMatchRecord) -> Receipt:
    return bench.ledger.block_asset(
        by=office_key(bench, Office.EXAMINER),
        asset_id=AssetId.from_number(match.asset_number),
        match_hash=match.match_hash,
    )
