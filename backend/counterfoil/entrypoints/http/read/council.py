"""The consortium's council: its members for everybody, what was put before it for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from counterfoil.domain.state.council_state import Proposal, quorum_of
from counterfoil.domain.visibility import Viewer
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import (
    LIST,
    Cursor,
    Limit,
    Pager,
    Reader,
    list_answer,
    sorted_after,
)
from counterfoil.entrypoints.http.read.shapes import (
    Hex,
    Page,
    PartyRef,
    Shape,
    instant,
    party_ref,
    some_instant,
    some_party,
)
from counterfoil.entrypoints.http.read.states import ProposalStateName
from counterfoil.usecases.reading.read_side import Reading, ReadSide


class ProposalSheet(Shape):
    """A call that the council may make. Members approve its act_hash."""

    proposal_id: int
    state: ProposalStateName
    proposer: PartyRef
    target: str = Field(description="Address of the contract to call.")
    call: Hex = Field(description="Its input bytes.")
    act_hash: Hex
    reason_hash: Hex
    proposed_at: datetime
    executable_at: datetime
    expires_at: datetime
    approvers: list[PartyRef] = Field(description="Members that approve it now and may act.")
    quorum: int = Field(description="How many it takes with the members that there are now.")
    executed_by: PartyRef | None
    executed_at: datetime | None


def router(side: ReadSide) -> APIRouter:
    """The routes of the council."""
    routes = APIRouter(tags=["council"])

    @routes.get(
        "/council/members",
        operation_id="list_council_members",
        response_model=Page[PartyRef],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_council_members(principal: Reader, limit: Limit = 100, cursor: Cursor = None) -> Response:
        """Who sits in the council, by number; everybody may know whose votes recover its key."""
        pager = Pager(side, principal, what="council members", cursor=cursor)

        def build(reading: Reading, _: Viewer) -> Page[PartyRef]:
            keys = sorted_after(reading.state.council_members, pager)
            items, following = pager.cut(keys, limit, lambda number: party_ref(reading.names, number))
            return Page[PartyRef](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/council/proposals",
        operation_id="list_council_proposals",
        response_model=Page[ProposalSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_council_proposals(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[ProposalStateName | None, Query(description="Only those in this state.")] = None,
    ) -> Response:
        """What was put before the council, by number; nothing to who does not sit in it."""
        pager = Pager(side, principal, what=f"council proposals:{state}", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[ProposalSheet]:
            def shown(number: int) -> ProposalSheet | None:
                proposal = reading.state.proposals[number]
                wanted = state is None or proposal.state.name.lower() == state.value
                return _sheet(reading, proposal) if wanted else None

            sits = viewer.sees_all or viewer.party_id in reading.state.council_members
            keys = sorted_after(set(reading.state.proposals) if sits else set(), pager)
            items, following = pager.cut(keys, limit, shown)
            return Page[ProposalSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    return routes


def _sheet(reading: Reading, proposal: Proposal) -> ProposalSheet:
    members, parties = reading.state.council_members, reading.state.parties
    approving = sorted(each for each in proposal.approvers & members if parties[each].is_active)
    return ProposalSheet(
        proposal_id=proposal.proposal_id,
        state=ProposalStateName(proposal.state.name.lower()),
        proposer=party_ref(reading.names, proposal.proposer_id),
        target=proposal.target,
        call=proposal.call.hex(),
        act_hash=proposal.act_hash.hex(),
        reason_hash=proposal.reason_hash.hex(),
        proposed_at=instant(proposal.proposed_at_s),
        executable_at=instant(proposal.executable_at_s),
        expires_at=instant(proposal.expires_at_s),
        approvers=[party_ref(reading.names, each) for each in approving],
        quorum=quorum_of(len(members)),
        executed_by=some_party(reading.names, proposal.executed_by_id),
        executed_at=some_instant(proposal.executed_at_s),
    )
