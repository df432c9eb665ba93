"""The operation of a price source."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterfoil.entrypoints.operations.fields import Amount, Moment
from counterfoil.entrypoints.operations.goods import GoodBody
from counterfoil.entrypoints.operations.operation import Body, Operation
from counterfoil.usecases.facilities.post_price import post_price

RESOURCE = "prices"


class PostPrice(Body):
    """Post what a good costs, as a price source."""

    good: GoodBody
    price: Annotated[Amount, Field(description="Of one whole unit.")]
    observed_at: Annotated[
        Moment | None,
        Field(
            description="When it was observed. Left out: the time of the newest block.",
            examples=["2026-11-20T09:30:00Z"],
        ),
    ] = None


OPERATIONS = (
    Operation(
        name="post_price",
        resource=RESOURCE,
        path="/prices",
        summary="Post a price",
        body=PostPrice,
        run=lambda desk, body: post_price(
            desk.bench,
            actor=desk.party,
            good=body.good.good,
            currency=body.price.currency,
            price_minor=body.price.amount_minor,
            observed_at=body.observed_at,
        ),
        sentence=lambda _desk, body: (
            f"Post {body.price.money} for a {body.good.unit} of {body.good.code} {body.good.grade}"
        ),
    ),
)
