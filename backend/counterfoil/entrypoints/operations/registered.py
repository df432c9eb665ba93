"""What several bodies share: a registration at a public registry, with its time."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from counterfoil.entrypoints.operations.fields import Moment, Text
from counterfoil.entrypoints.operations.operation import Body


class Registered(Body):
    """A body that may say where and when its pledge was registered."""

    registration: Annotated[
        Text | None,
        Field(
            description="Reference of the public registry, with registered_at. The ledger has its hash.",
            examples=["ZDW 0042-2026-118"],
        ),
    ] = None
    registered_at: Annotated[
        Moment | None,
        Field(description="When it was registered there.", examples=["2026-11-20T09:30:00Z"]),
    ] = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Registered:
        if (self.registration is None) != (self.registered_at is None):
            raise ValueError("state registration and registered_at together, or neither")
        return self
