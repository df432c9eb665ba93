"""Checking the audit log, and putting its head on chain where nobody can change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from counterfoil.domain.audit_chain import AuditHead, ChainedEntry, verify
from counterfoil.domain.errors import DomainError, declare
from counterfoil.ports.identity import AnchoredHead, AnchorLedger, IdentityStore, IdentityWork

_AT_A_TIME = 1000

ANCHOR_FOREIGN = declare(
    "AuditAnchorForeign",
    "the chain has a head of entry {sequence} for this service that the service does not have",
    "Another service anchors with the same key, or the audit log was cut off: compare the backups.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerified:
    """What following the log found. anchored_up_to: the newest anchored entry, 0 without any."""

    head: AuditHead
    anchors: int
    anchored_up_to: int


def verify_audit_log(work: IdentityWork, *, anchors: Mapping[int, str]) -> AuditVerified:
    """Follow the whole log and compare it with these anchors: hash by sequence, as the chain has them.

    Raises DomainError AuditLogBroken for the first entry that does not fit.
    """
    head = verify(_all_entries(work), anchors=anchors)
    return AuditVerified(head=head, anchors=len(anchors), anchored_up_to=max(anchors, default=0))


def known_anchors(work: IdentityWork) -> dict[int, str]:
    """The anchors as the store noted them. Whoever can change the log can change these, too."""
    return {anchor.sequence: anchor.head_hash for anchor in work.audit.anchors() if anchor.anchored}


def chain_anchors(ledger: AnchorLedger) -> dict[int, str]:
    """The anchors as the chain has them."""
    return {anchor.sequence: anchor.head_hash for anchor in ledger.all_anchors()}


def anchor_audit_head(store: IdentityStore, ledger: AnchorLedger) -> AuditHead | None:
    """Put the log's newest head on chain; None where it is there already.

    The head is noted before it is sent. After a crash the chain says whether it arrived: the contract takes a
    sequence once, so that sending again does no harm. Raises DomainError AuditAnchorForeign where the chain
    has a head that this log never had.
    """
    last = ledger.last_anchor()
    with store.concurrent() as work:
        _settle(work, last)
        head = work.audit.head()
        if head.sequence == 0 or (last is not None and head.sequence <= last.sequence):
            return None
        if all(noted.sequence != head.sequence for noted in work.audit.anchors()):
            work.audit.add_anchor(head)
    sent = ledger.anchor(head)
    with store.concurrent() as work:
        work.audit.anchored(head.sequence, tx_hash=sent.tx_hash, block_number=sent.block_number)
    return head


def _settle(work: IdentityWork, last: AnchoredHead | None) -> None:
    """Bring what the store noted in line with what the chain has."""
    if last is None:
        return
    kept = next(iter(work.audit.entries(after=last.sequence - 1, limit=1)), None)
    if kept is None or kept.entry.sequence != last.sequence or kept.entry_hash != last.head_hash:
        raise DomainError(ANCHOR_FOREIGN, sequence=last.sequence)
    for noted in work.audit.anchors():
        if noted.sequence == last.sequence and not noted.anchored:
            work.audit.anchored(last.sequence, tx_hash=last.tx_hash, block_number=last.block_number)


def _all_entries(work: IdentityWork) -> Iterator[ChainedEntry]:
    after = 0
    while True:
        entries = work.audit.entries(after=after, limit=_AT_A_TIME)
        yield from entries
        if len(entries) < _AT_A_TIME:
            return
        after = entries[-1].entry.sequence
