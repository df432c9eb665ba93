"""Cut a lot into parts, each for its holder, with the trade behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import LotId
from counterfoil.domain.money import Currency
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import (
    LotRef,
    PartyRef,
    find_lot,
    find_note,
    lot_text,
    party_id_of,
    positive_minor,
)
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPart:
    """One part of a split.

    amount_minor None: the rest, possible for one part only. party: its holder, None stays with the actor.
    reference: order, contract or invoice behind the assignment.
    """

    amount_minor: int | None
    party: PartyRef | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotDivision(Outcome):
    """The parts as lots, in the order asked for."""

    lot_ids: tuple[LotId, ...]


def split_lot(bench: Workbench, *, actor: PartyRef, lot: LotRef, parts: Sequence[SplitPart]) -> LotDivision:
    """Split a lot as its holder. References are kept here; one hash over all of them is on the ledger.

    A part for another party is offered until that party accepts, unless it accepts in advance. Raises
    DomainError SplitUnlike where the parts do not add up, AmountInvalid, and what the ledger refuses.
    """
    acting = actor_of(bench, actor)
    whole = find_lot(bench, lot)
    currency = Currency.of_numeric(find_note(bench, whole.lot_id.note_id).currency)
    amounts = _amounts(parts, whole.length_minor, currency, lot_text(whole.lot_id))
    holders = [acting.party_id if part.party is None else party_id_of(bench, part.party) for part in parts]
    background = keep_wording(
        bench,
        DocumentKind.BACKGROUND,
        {
            "lot": whole.lot_id.number,
            "parts": [
                {"amount_minor": amount, "reference": part.reference.strip(), "to": holder}
                for part, amount, holder in zip(parts, amounts, holders, strict=True)
            ],
        },
    )
    children = list(zip(amounts, holders, strict=True))
    receipt = carry_out(
        bench,
        "split_lot",
        lambda: bench.ledger.split_lot(
            by=acting.key, lot_id=whole.lot_id, children=children, background=background
        ),
    )
    segment = receipt.only("LotSplit").args["segment"]
    return LotDivision(
        operation="split_lot",
        receipts=(receipt,),
        lot_ids=tuple(LotId(whole.lot_id.note_id, segment, index) for index in range(len(parts))),
    )


def _amounts(parts: Sequence[SplitPart], whole_minor: int, currency: Currency, lot: str) -> list[int]:
    stated = [
        positive_minor(part.amount_minor, currency, field="part")
        for part in parts
        if part.amount_minor is not None
    ]
    rest = whole_minor - sum(stated)
    open_parts = len(parts) - len(stated)
    if open_parts > 1 or (open_parts == 1 and rest <= 0) or (open_parts == 0 and rest != 0):
        raise DomainError(
            refusals.SPLIT_UNLIKE,
            lot=lot,
            parts=currency.format(sum(stated)) + " and the rest" * open_parts,
            whole=currency.format(whole_minor),
        )
    return [rest if part.amount_minor is None else part.amount_minor for part in parts]
