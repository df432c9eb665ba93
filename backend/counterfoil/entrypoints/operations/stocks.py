"""Operations over stocks, inspectors' counts and keepers' limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterfoil.domain.goods.good import Site
from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import AnyStockId, Evidence, MoneyBody, PartyId, Quantity, Text
from counterfoil.entrypoints.operations.goods import GoodBody
from counterfoil.entrypoints.operations.operation import Body, Operation
from counterfoil.usecases.receipts.attest_stock import attest_stock
from counterfoil.usecases.receipts.open_stock import open_stock
from counterfoil.usecases.receipts.set_attestation_age import set_attestation_age
from counterfoil.usecases.receipts.set_exposure_cap import set_exposure_cap

RESOURCE = "stocks"
_YEAR_S = 366 * 86_400


class OpenStock(Body):
    """Open a stock, as its keeper: one good at one site."""

    site: Annotated[
        Text,
        Field(description="Code of the place, unique in the consortium.", examples=["CNTAO-DAGANG-7"]),
    ]
    good: GoodBody


class AttestStock(Body):
    """Record a count, as an inspector that is not the keeper."""

    stock_id: AnyStockId
    quantity: Annotated[Quantity, Field(description="All that lies there; 0 where nothing is left.")]
    evidence: Evidence


class SetAttestationAge(Body):
    """Set how long counts that come after this are fresh, as the governor."""

    max_age_s: Annotated[
        int, Field(ge=1, le=_YEAR_S, description="Seconds; 2592000 are 30 days.", examples=[2_592_000])
    ]


class SetExposureCap(Body):
    """Set how much a keeper's live receipts may be worth, as the governor; 0 stops new ones."""

    keeper_party_id: Annotated[PartyId, Field(description="The keeper.")]
    cap: Annotated[MoneyBody, Field(description="The most that they may be worth together.")]


OPERATIONS = (
    Operation(
        name="open_stock",
        resource=RESOURCE,
        path="/stocks",
        summary="Open a stock",
        body=OpenStock,
        run=lambda desk, body: open_stock(
            desk.bench, actor=desk.party, site=Site(body.site), good=body.good.good
        ),
        sentence=lambda _desk, body: f"Open a stock of {body.good.code} {body.good.grade} at {body.site}",
    ),
    Operation(
        name="attest_stock",
        resource=RESOURCE,
        path="/stocks/{stock_id}/attest",
        summary="Attest a count",
        body=AttestStock,
        run=lambda desk, body: attest_stock(
            desk.bench,
            actor=desk.party,
            stock_id=body.stock_id,
            quantity=body.quantity,
            evidence=body.evidence,
        ),
        sentence=lambda _desk, body: f"Attest {body.quantity} in stock {body.stock_id}",
    ),
    Operation(
        name="set_attestation_age",
        resource=RESOURCE,
        path="/attestation-age",
        summary="Set how long counts are fresh",
        body=SetAttestationAge,
        office=Office.GOVERNOR,
        run=lambda desk, body: set_attestation_age(desk.bench, max_age_s=body.max_age_s),
        sentence=lambda _desk, body: f"Let counts be fresh for {body.max_age_s} seconds",
    ),
    Operation(
        name="set_exposure_cap",
        resource=RESOURCE,
        path="/parties/{keeper_party_id}/exposure-cap",
        summary="Set a keeper's cap",
        body=SetExposureCap,
        office=Office.GOVERNOR,
        run=lambda desk, body: set_exposure_cap(
            desk.bench,
            keeper=body.keeper_party_id,
            currency=body.cap.currency,
            cap_minor=body.cap.amount_minor,
        ),
        sentence=lambda desk, body: (
            f"Let receipts of {desk.named(body.keeper_party_id)} be worth at most {body.cap.money}"
        ),
        stated=lambda body: body.cap.money,
    ),
)
