"""Decide on a match with a lien registered elsewhere, as the arbiter: dismissed, or upheld and so kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import Office
from counterfoil.ports.engine import Receipt
from counterfoil.ports.external_liens import ExternalMatchRecord, MatchResolution, MatchState
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.external_liens.block_matched_assets import block_of
from counterfoil.usecases.resolving import required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench

MATCH_NOT_FOUND = declare(
    "MatchNotFound",
    "there is no match {reference!r}",
    "`external-lien list` shows the matches; eight characters of the hash are enough.",
)
MATCH_AMBIGUOUS = declare(
    "MatchAmbiguous", "{reference!r} begins {count} matches", "State more characters of the hash."
)
MATCH_NOT_BLOCKED = declare(
    "MatchNotBlocked",
    "no block stands for the match {reference!r}, so there is nothing to decide on the ledger",
    "Set the block first with `external-lien match`.",
)
MATCH_DECIDED = declare(
    "MatchDecided",
    "the match {reference!r} is {state} already",
    "A dismissal is final; what was upheld can only be dismissed, once the other lien has ended.",
)
_SHORTEST_REFERENCE = 8


def resolve_external_match(
    bench: Workbench, *, match: str, upheld: bool, reason: str, decided_by: str, completing: bool = False
) -> Outcome:
    """Decide a match. match: its hash or the first characters of it. reason, decided_by: kept here, their
    hash on the ledger. Upheld keeps the asset blocked; it may be dismissed when the other lien has ended.
    Where an interrupted run has put the decision on the ledger, the record takes the reason given then.
    completing: this very decision is on the ledger; one that is recorded as well is no refusal then.

    Raises DomainError MatchNotFound, MatchAmbiguous, MatchNotBlocked, MatchDecided, ReferenceEmpty.
    """
    found = find_match(bench, match)
    stated = required_text(reason, field="reason")
    by = required_text(decided_by, field="decided by")
    wanted = MatchState.UPHELD if upheld else MatchState.DISMISSED
    if completing and found.state is wanted:
        return Outcome(operation="resolve_block", receipts=())
    if found.state is MatchState.DISMISSED or found.state is wanted:
        raise DomainError(MATCH_DECIDED, reference=match, state=found.state.value)
    block = block_of(bench, found)
    if block is None:
        raise DomainError(MATCH_NOT_BLOCKED, reference=match)
    receipts: tuple[Receipt, ...] = ()
    reason_hash = block.reason_hash
    interrupted = reason_hash is not None and block.upheld == upheld
    if interrupted:
        stated, by = _decided_before(bench, reason_hash, stated, by)
    else:
        facts = {"match": found.match_hash.hex(), "upheld": upheld, "reason": stated, "decided_by": by}
        reason_hash = keep_wording(bench, DocumentKind.REASON, facts)
        receipts = (_send(bench, found, upheld=upheld, reason_hash=reason_hash),)
    resolution = MatchResolution(
        state=wanted, reason=stated, by=by, at=datetime.now(UTC), reason_hash=reason_hash
    )
    with bench.store.begin() as work:
        work.external_liens.resolve(found.match_hash, resolution)
    return Outcome(operation="resolve_block", receipts=receipts)


def find_match(bench: Workbench, reference: str) -> ExternalMatchRecord:
    """The one match whose hash begins like this. Raises DomainError MatchNotFound or MatchAmbiguous."""
    wanted = reference.strip().lower().removeprefix("0x")
    with bench.store.begin() as work:
        known = work.external_liens.matches()
    found = [each for each in known if each.match_hash.hex().startswith(wanted)]
    if not found or len(wanted) < _SHORTEST_REFERENCE:
        raise DomainError(MATCH_NOT_FOUND, reference=reference)
    if len(found) > 1:
        raise DomainError(MATCH_AMBIGUOUS, reference=reference, count=len(found))
    return found[0]


def _decided_before(bench: Workbench, reason_hash: bytes | None, reason: str, by: str) -> tuple[str, str]:
    """Reason and name behind the hash that is on the ledger; what is stated now where they are not here."""
    with bench.store.begin() as work:
        kept = None if reason_hash is None else work.documents.by_hash(reason_hash)
    if kept is None:
        return reason, by
    facts = json.loads(kept.body_json)
    return str(facts["reason"]), str(facts["decided_by"])


def _send(bench: Workbench, match: ExternalMatchRecord, *, upheld: bool, reason_hash: bytes) -> Receipt:
    return carry_out(
        bench,
        "resolve_block",
        lambda: bench.ledger.resolve_block(
            by=office_key(bench, Office.ARBITER),
            asset_id=AssetId.from_number(match.asset_number),
            match_hash=match.match_hash,
            upheld=upheld,
            reason_hash=reason_hash,
        ),
    )
