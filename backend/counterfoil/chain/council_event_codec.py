"""Events of the council and the key desk as the domain's events."""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil.chain.event_fields import Args, Build, plain
from counterfoil.domain.events import council_events as council
from counterfoil.domain.events.ledger_events import LedgerEvent


def _member_admitted(args: Args) -> LedgerEvent:
    return council.MemberAdmitted(member_id=args["member"])


def _member_removed(args: Args) -> LedgerEvent:
    return council.MemberRemoved(member_id=args["member"])


def _act_proposed(args: Args) -> LedgerEvent:
    return council.ActProposed(
        proposal_id=args["proposal"],
        proposer_id=args["proposer"],
        target=args["target"],
        call=args["call_data"],
        reason_hash=args["reason_hash"],
        executable_at_s=args["executable_at"],
        expires_at_s=args["expires_at"],
    )


def _act_approved(args: Args) -> LedgerEvent:
    return council.ActApproved(proposal_id=args["proposal"], member_id=args["member"])


def _approval_withdrawn(args: Args) -> LedgerEvent:
    return council.ApprovalWithdrawn(proposal_id=args["proposal"], member_id=args["member"])


def _act_executed(args: Args) -> LedgerEvent:
    return council.ActExecuted(
        proposal_id=args["proposal"],
        by_id=args["by"],
        approvals=args["approvals"],
        quorum=args["quorum"],
    )


COUNCIL_BUILDERS: Mapping[str, Build] = {
    "KeyRotated": plain(council.KeyRotated),
    "OwnKeyAdded": plain(council.OwnKeyAdded),
    "OwnKeyRemoved": plain(council.OwnKeyRemoved),
    "MemberAdmitted": _member_admitted,
    "MemberRemoved": _member_removed,
    "ActProposed": _act_proposed,
    "ActApproved": _act_approved,
    "ApprovalWithdrawn": _approval_withdrawn,
    "ActExecuted": _act_executed,
}
