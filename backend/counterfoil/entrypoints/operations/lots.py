"""Operations over lots: cut them, assign them, take an assignment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from counterfoil.domain.lot import MAX_CHILDREN, MAX_SEGMENTS, LotId
from counterfoil.domain.money import Currency, Money
from counterfoil.entrypoints.operations.fields import LARGEST_ID, Amount, PartyId, Reference
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.usecases.lots.accept_assignment import accept_assignment
from counterfoil.usecases.lots.acknowledge_assignment import acknowledge_assignment
from counterfoil.usecases.lots.assign_lot import assign_lot
from counterfoil.usecases.lots.reject_assignment import reject_assignment
from counterfoil.usecases.lots.revoke_assignment import revoke_assignment
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.resolving import find_lot, find_note

RESOURCE = "lots"
_MOST_PARTS = 1000


class SplitPartBody(Body):
    """A part of a lot, for another party or for the holder itself."""

    amount: Annotated[Amount, Field(description="Amount of the part.")]
    party_id: Annotated[
        PartyId | None, Field(description="Who gets the part; left out: it stays with the holder.")
    ] = None
    reference: Annotated[Reference | None, Field(description="Needed for a part for another party.")] = None


class _OfLot(Body):
    note_id: Annotated[int, Field(ge=1, le=LARGEST_ID, description="Number of the note.", examples=[5])]
    segment: Annotated[
        int, Field(ge=0, le=MAX_SEGMENTS, description="Segment of the note; 0 for the whole.", examples=[1])
    ]
    index: Annotated[
        int, Field(ge=0, le=MAX_CHILDREN, description="Place in the segment; 0 for the whole.", examples=[0])
    ]

    @property
    def lot(self) -> LotId:
        """The lot that the path names."""
        return LotId(self.note_id, self.segment, self.index)

    def subjects(self) -> Iterator[tuple[str, object]]:
        """The lot, not its note as such."""
        yield "lot", self.lot


class SplitLot(_OfLot):
    """Cut a lot into parts, as its holder. What they leave over stays with the holder as one more part."""

    parts: Annotated[tuple[SplitPartBody, ...], Field(min_length=1, max_length=_MOST_PARTS)]


class AssignLot(_OfLot):
    """Assign a whole lot, as its holder. It moves at once where the assignee accepts in advance."""

    to_party_id: PartyId
    reference: Reference


class AcceptAssignment(_OfLot):
    """Accept an offered lot, as the party that it was offered to."""


class RejectAssignment(_OfLot):
    """Refuse an offered lot, as the party that it was offered to."""


class RevokeAssignment(_OfLot):
    """Take an offered lot back, as the party that offered it."""


class AcknowledgeAssignment(_OfLot):
    """Record, as the debtor, that the holder of a lot is known."""


def _split(desk: Desk, body: SplitLot) -> object:
    parts = [
        SplitPart(
            amount_minor=desk.minor_of_lot(part.amount, body.lot),
            party=part.party_id,
            reference=part.reference or "",
        )
        for part in body.parts
    ]
    rest = find_lot(desk.bench, body.lot).length_minor - sum(part.amount.amount_minor for part in body.parts)
    if rest > 0:
        parts.append(SplitPart(amount_minor=rest))
    return split_lot(desk.bench, actor=desk.party, lot=body.lot, parts=parts)


def _given_away(body: SplitLot) -> Money | None:
    """What of the parts goes to others: what the limit of a user is about."""
    amounts = [part.amount.money for part in body.parts if part.party_id is not None]
    return sum(amounts[1:], amounts[0]) if amounts else None


def _whole(desk: Desk, lot: LotId) -> Money:
    found = find_lot(desk.bench, lot)
    note = find_note(desk.bench, found.lot_id.note_id)
    return Money(found.length_minor, Currency.of_numeric(note.currency))


def _split_sentence(desk: Desk, body: SplitLot) -> str:
    given = [
        f"{part.amount.money} to {desk.named(part.party_id)}"
        for part in body.parts
        if part.party_id is not None
    ]
    shown = ", ".join(given[:5]) + (f" and {len(given) - 5} more" if len(given) > 5 else "")
    return f"Split lot {body.lot} of {_whole(desk, body.lot)}: {shown or 'all parts stay'}"


OPERATIONS = (
    Operation(
        name="split_lot",
        resource=RESOURCE,
        path="/lots/{note_id}/{segment}/{index}/split",
        summary="Split a lot",
        body=SplitLot,
        run=_split,
        sentence=_split_sentence,
        stated=_given_away,
    ),
    Operation(
        name="assign_lot",
        resource=RESOURCE,
        path="/lots/{note_id}/{segment}/{index}/assign",
        summary="Assign a lot",
        body=AssignLot,
        run=lambda desk, body: assign_lot(
            desk.bench, actor=desk.party, lot=body.lot, to=body.to_party_id, reference=body.reference
        ),
        sentence=lambda desk, body: (
            f"Assign lot {body.lot} of {_whole(desk, body.lot)} to {desk.named(body.to_party_id)}"
        ),
        looked_up=lambda desk, body: _whole(desk, body.lot),
    ),
    Operation(
        name="accept_assignment",
        resource=RESOURCE,
        path="/lots/{note_id}/{segment}/{index}/accept",
        summary="Accept an assignment",
        body=AcceptAssignment,
        run=lambda desk, body: accept_assignment(desk.bench, actor=desk.party, lot=body.lot),
        sentence=lambda desk, body: f"Accept lot {body.lot} of {_whole(desk, body.lot)}",
        looked_up=lambda desk, body: _whole(desk, body.lot),
    ),
    Operation(
        name="reject_assignment",
        resource=RESOURCE,
        path="/lots/{note_id}/{segment}/{index}/reject",
        summary="Reject an assignment",
        body=RejectAssignment,
        run=lambda desk, body: reject_assignment(desk.bench, actor=desk.party, lot=body.lot),
        sentence=lambda _desk, body: f"Refuse the offered lot {body.lot}",
    ),
    Operation(
        name="revoke_assignment",
        resource=RESOURCE,
        path="/lots/{note_id}/{segment}/{index}/revoke",
        summary="Revoke an assignment",
        body=RevokeAssignment,
        run=lambda desk, body: revoke_assignment(desk.bench, actor=desk.party, lot=body.lot),
        sentence=lambda _desk, body: f"Take the offered lot {body.lot} back",
    ),
    Operation(
        name="acknowledge_assignment",
        resource=RESOURCE,
        path="/lots/{note_id}/{segment}/{index}/acknowledge",
        summary="Acknowledge an assignment",
        body=AcknowledgeAssignment,
        run=lambda desk, body: acknowledge_assignment(desk.bench, actor=desk.party, lot=body.lot),
        sentence=lambda desk, body: f"Acknowledge the holder of lot {body.lot} of {_whole(desk, body.lot)}",
    ),
)
