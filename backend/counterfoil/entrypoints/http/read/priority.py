"""The order among the claims on an asset, here and registered elsewhere."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from counterfoil.domain.priority import Claim, ClaimKind
from counterfoil.domain.visibility import Sight
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import LIST, Reader, block_headers, viewer_of_caller
from counterfoil.entrypoints.http.read.liens import Asset, missing_asset
from counterfoil.entrypoints.http.read.shapes import AssetText, Shape
from counterfoil.usecases.goods_resolving import asset_id_of
from counterfoil.usecases.liens.lien_priority import PrioritySheet, lien_priority
from counterfoil.usecases.reading.read_side import ReadSide
from counterfoil.usecases.reading.reading_bench import reading_bench


class ClaimLine(Shape):
    """A claim on the asset. Times are null where it did not happen or cannot be shown."""

    reference: str = Field(examples=["lot:1.0.0#1"])
    kind: ClaimKind
    holder: str | None = Field(description="Who has it; of one registered elsewhere, whether it was decided.")
    secured_minor: int
    registered_at: datetime | None
    notified_at: datetime | None
    published_at: datetime | None


class PlaceLine(Shape):
    """A place in the order; several claims share one where nothing orders them."""

    number: int
    rule_id: str
    reason: str
    claims: list[ClaimLine]


class WithoutRightLine(Shape):
    """A claim that has no right in the asset."""

    rule_id: str
    reason: str
    claim: ClaimLine


class PriorityAnswer(Shape):
    """The order among the claims on an asset, with the rule and the reason for each place."""

    asset: AssetText
    places: list[PlaceLine]
    without_right: list[WithoutRightLine]


def router(side: ReadSide) -> APIRouter:
    """The route of priority."""
    routes = APIRouter(tags=["liens"])
    bench = reading_bench(side)

    @routes.get(
        "/assets/{asset}/priority",
        operation_id="show_priority",
        response_model=PriorityAnswer,
        responses={**LIST, **problems(401, 403, 404, 422)},
    )
    async def show_priority(principal: Reader, asset: Asset) -> Response:
        """Who goes first where several claim one asset; for who sees the asset whole."""

        def made() -> tuple[bytes, dict[str, str]]:
            asset_id = asset_id_of(asset)
            viewer = viewer_of_caller(side, principal)
            with side.reading() as reading:
                sight = reading.visibility.of_asset(viewer, asset_id)
            if sight is not Sight.WHOLE:
                raise missing_asset(asset_id)
            # Outside the reading: the history of titles is read from the store.
            sheet = lien_priority(bench, asset=asset_id)
            shown_at = block_headers(reading.block_number, reading.block_time_s)
            return _answer(sheet).model_dump_json().encode(), shown_at

        body, headers = await run_in_threadpool(made)
        return Response(body, media_type="application/json", headers=headers)

    return routes


def _answer(sheet: PrioritySheet) -> PriorityAnswer:
    return PriorityAnswer(
        asset=sheet.asset,
        places=[
            PlaceLine(
                number=place.number,
                rule_id=place.rule.rule_id,
                reason=place.reason,
                claims=[_claim(claim, sheet) for claim in place.claims],
            )
            for place in sheet.ranking.places
        ],
        without_right=[
            WithoutRightLine(rule_id=each.rule.rule_id, reason=each.reason, claim=_claim(each.claim, sheet))
            for each in sheet.ranking.without_right
        ],
    )


def _claim(claim: Claim, sheet: PrioritySheet) -> ClaimLine:
    return ClaimLine(
        reference=claim.reference,
        kind=claim.kind,
        holder=sheet.holders.get(claim.reference),
        secured_minor=claim.secured_minor,
        registered_at=claim.registered_at,
        notified_at=claim.notified_at,
        published_at=claim.published_at,
    )
