"""The caller's own cash: balances, and what was redeemed."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import Field

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
from counterfoil.entrypoints.http.read.shapes import Money, Page, PartyRef, Shape, money, party_ref
from counterfoil.usecases.reading.read_side import Reading, ReadSide


class Balance(Shape):
    """Cash of one party in one currency."""

    party: PartyRef
    balance: Money


class RedemptionSheet(Shape):
    """Cash that left the ledger; the bank owes the payment until it has attested it."""

    redemption_id: int
    party: PartyRef
    amount: Money
    paid: bool = Field(description="Whether the bank attested the payment.")


def router(side: ReadSide) -> APIRouter:
    """The routes of cash."""
    routes = APIRouter(tags=["cash"])

    @routes.get(
        "/cash/balances",
        operation_id="list_balances",
        response_model=Page[Balance],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_balances(principal: Reader, limit: Limit = 100, cursor: Cursor = None) -> Response:
        """The caller's cash by currency, without zeros; of every party for who sees everything."""
        pager = Pager(side, principal, what="balances", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[Balance]:
            balances = {
                f"{party_id:08d}:{unit:03d}": Balance(
                    party=party_ref(reading.names, party_id), balance=money(minor, unit)
                )
                for (party_id, unit), minor in reading.state.balances.items()
                if minor and (viewer.sees_all or party_id == viewer.party_id)
            }
            items, following = pager.cut(sorted(balances), limit, lambda place: balances[place])
            return Page[Balance](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    @routes.get(
        "/cash/redemptions",
        operation_id="list_redemptions",
        response_model=Page[RedemptionSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_redemptions(principal: Reader, limit: Limit = 100, cursor: Cursor = None) -> Response:
        """What the caller redeemed, by number."""
        pager = Pager(side, principal, what="redemptions", cursor=cursor)

        def build(reading: Reading, viewer: Viewer) -> Page[RedemptionSheet]:
            def shown(number: int) -> RedemptionSheet | None:
                found = reading.state.redemptions[number]
                if not viewer.sees_all and found.party_id != viewer.party_id:
                    return None
                return RedemptionSheet(
                    redemption_id=number,
                    party=party_ref(reading.names, found.party_id),
                    amount=money(found.amount_minor, found.currency),
                    paid=found.paid,
                )

            keys = sorted_after(set(reading.state.redemptions), pager)
            items, following = pager.cut(keys, limit, shown)
            return Page[RedemptionSheet](items=items, next_cursor=following)

        return await list_answer(side, principal, build)

    return routes
