"""From a plan's words to cuts: who is meant, what they hold by then, and whether it adds up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number
from counterfoil.domain.money import Currency
from counterfoil.domain.tiering import Claim, Cut, Holdings, Payment, TierPlan
from counterfoil.entrypoints.demo.plan_file import PlanEntry, PlanPart, SplitPlan
from counterfoil.ingest.marked_document import Place

PartyFinder = Callable[[str], int]
"""The number of the party that a plan names; raises DomainError where it names none, or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNote:
    """A note that a plan may name: its claim, its invoice's number, and its debtor."""

    claim: Claim
    invoice_number: str
    debtor: int


class PlanReader:
    """Works a plan's entries out in their order. trade: (seller, buyer, currency) to a background."""

    def __init__(
        self,
        plan: SplitPlan,
        notes: Sequence[PlannedNote],
        *,
        find_party: PartyFinder,
        trade: dict[tuple[int, int, str], str],
    ) -> None:
        self._plan = plan
        self._notes = notes
        self._find_party = find_party
        self._trade = trade
        self._holdings = Holdings(note.claim for note in notes)

    def cuts(self) -> TierPlan:
        """Every cut of the plan; raises DomainError PlanUnusable at the first thing that cannot be."""
        cuts: list[Cut] = []
        for index, entry in enumerate(self._plan.entries):
            cuts.extend(self._entry(("splits", index), entry))
        return TierPlan(cuts=tuple(cuts), unpaid=(), cycles=())

    def _entry(self, place: Place, entry: PlanEntry) -> list[Cut]:
        note = self._note(place, entry)
        by = self._party((*place, "by"), entry.by)
        currency = note.claim.currency
        held = self._holdings.held_minor(by, currency, note=note.claim.note)
        if held == 0:
            reason = f"{entry.by} holds nothing of the note over invoice {note.invoice_number} by then"
            raise self._plan.fault((*place, "by"), reason)
        payments = [
            self._payment((*place, "to", index), part, note=note, by=by, held_minor=held)
            for index, part in enumerate(entry.to)
        ]
        total = sum(payment.amount_minor for payment in payments)
        if total > held:
            unit = Currency.of(currency)
            reason = (
                f"the parts come to {unit.format(total)}, and {entry.by} holds {unit.format(held)} by then"
            )
            raise self._plan.fault((*place, "to"), reason)
        cuts, _ = self._holdings.pay(by, currency, payments, note=note.claim.note)
        return cuts

    def _note(self, place: Place, entry: PlanEntry) -> PlannedNote:
        wanted = canonical_invoice_number(entry.invoice)
        found = [note for note in self._notes if canonical_invoice_number(note.invoice_number) == wanted]
        if len(found) == 1:
            return found[0]
        known = ", ".join(note.invoice_number for note in self._notes[:20]) or "none"
        reason = (
            f"no note stands on an invoice numbered {entry.invoice}; notes stand on: {known}"
            if not found
            else f"{len(found)} sellers have a note over an invoice numbered {entry.invoice}"
        )
        raise self._plan.fault((*place, "invoice"), reason)

    def _party(self, place: Place, name: str) -> int:
        try:
            return self._find_party(name)
        except DomainError as refused:
            raise self._plan.fault(place, refused.message) from refused

    def _payment(
        self, place: Place, part: PlanPart, *, note: PlannedNote, by: int, held_minor: int
    ) -> Payment:
        payee = self._party((*place, "party"), part.party)
        if payee == by:
            raise self._plan.fault((*place, "party"), f"{part.party} cannot pass a part to itself")
        if payee == note.debtor:
            raise self._plan.fault((*place, "party"), f"{part.party} is the debtor of this note")
        reference = part.reference or self._trade.get((payee, by, note.claim.currency))
        if reference is None:
            reason = "state the trade background: no invoice between the two was read"
            raise self._plan.fault((*place, "reference"), reason)
        amount = self._amount(place, part, note.claim.currency, held_minor)
        return Payment(payee=payee, amount_minor=amount, reference=reference)

    def _amount(self, place: Place, part: PlanPart, currency: str, held_minor: int) -> int:
        if part.amount is not None:
            field: Place = (*place, "amount")
            try:
                amount = Currency.of(currency).minor(Decimal(part.amount))
            except DomainError as refused:
                raise self._plan.fault(field, refused.message) from refused
        else:
            field = (*place, "share")
            exact = held_minor * part.share_percent / 100
            amount = int(exact.to_integral_value(rounding=ROUND_FLOOR))
        if amount <= 0:
            raise self._plan.fault(field, "this comes to less than one minor unit")
        return amount
