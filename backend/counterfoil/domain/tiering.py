"""How notes travel down the supply chain: whoever holds a part of a note pays its own suppliers with it.

Pure planning: nothing here moves. A plan is a list of cuts, each naming a lot by its range; carrying them out
in order never needs more than a holder has by then.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter

from counterfoil.domain.graphs import cycles_in, distances_from
from counterfoil.domain.sub_range import SubRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A note before it is cut: `holder` has all of it. currency: ISO 4217 letters."""

    note: int
    holder: int
    currency: str
    face_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a holder passes on. reference: the trade background that the payee will look for."""

    payee: int
    amount_minor: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What one supplier owes another by an invoice."""

    number: str
    debtor: int
    creditor: int
    currency: str
    amount_minor: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a cut, in order of position. reference: None where the holder keeps it."""

    holder: int
    amount_minor: int
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A lot that its holder divides; a single part is an assignment of the whole lot."""

    note: int
    positions: SubRange
    holder: int
    parts: tuple[Part, ...]


class UnpaidReason(StrEnum):
    """Why a debt was not paid with notes, or not in full."""

    NOTHING_HELD = "nothing-held"
    NOT_ENOUGH_HELD = "not-enough-held"
    IN_A_CYCLE = "in-a-cycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaid:
    """What remains of a debt."""

    debt: Debt
    unpaid_minor: int
    reason: UnpaidReason


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPlan:
    """cuts: in an order in which they can be carried out. cycles: parties that owe each other in a circle."""

    cuts: tuple[Cut, ...]
    unpaid: tuple[Unpaid, ...]
    cycles: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, order=True)
class _Held:
    note: int
    positions: SubRange


class Holdings:
    """Who holds which parts of which notes, while a plan is made. Parts are used by note, then position."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._held: dict[tuple[int, str], list[_Held]] = defaultdict(list)
        for claim in claims:
            whole = _Held(claim.note, SubRange(1, claim.face_minor))
            self._held[claim.holder, claim.currency].append(whole)

    def held_minor(self, holder: int, currency: str, *, note: int | None = None) -> int:
        """What a party holds, of one note or of all."""
        return sum(each.positions.length for each in self._of(holder, currency, note))

    def pay(
        self, holder: int, currency: str, payments: Sequence[Payment], *, note: int | None = None
    ) -> tuple[list[Cut], list[int]]:
        """Pay in order, as far as the holdings reach; each lot is cut once.

        Returns the cuts and, for each payment, the amount that was not reached.
        """
        missing = [payment.amount_minor for payment in payments]
        waiting = deque(
            (index, payment) for index, payment in enumerate(payments) if payment.amount_minor > 0
        )
        cuts = []
        for held in sorted(self._of(holder, currency, note)):
            if not waiting:
                break
            parts, left = [], held.positions.length
            while waiting and left:
                index, payment = waiting[0]
                amount = min(left, missing[index])
                parts.append(Part(holder=payment.payee, amount_minor=amount, reference=payment.reference))
                missing[index] -= amount
                left -= amount
                if missing[index] == 0:
                    waiting.popleft()
            cuts.append(self._cut(holder, currency, held, parts, left))
        return cuts, missing

    def _of(self, holder: int, currency: str, note: int | None) -> list[_Held]:
        return [each for each in self._held[holder, currency] if note in (None, each.note)]

    def _cut(self, holder: int, currency: str, held: _Held, parts: list[Part], left: int) -> Cut:
        if left:
            parts = [*parts, Part(holder=holder, amount_minor=left, reference=None)]
        self._held[holder, currency].remove(held)
        ranges = held.positions.cut([part.amount_minor for part in parts])
        for part, positions in zip(parts, ranges, strict=True):
            self._held[part.holder, currency].append(_Held(held.note, positions))
        return Cut(note=held.note, positions=held.positions, holder=holder, parts=tuple(parts))


def plan_tiers(claims: Sequence[Claim], debts: Sequence[Debt]) -> TierPlan:
    """Pay debts with notes of the same currency, from the top of the chain down.

    A party pays when everything that can reach it has: in the order of `debts`, up to what it holds. Debts
    inside a cycle are left alone.
    """
    holdings = Holdings(claims)
    cuts: list[Cut] = []
    unpaid: list[Unpaid] = []
    cycles: dict[tuple[int, ...], None] = {}
    for currency in dict.fromkeys(debt.currency for debt in debts):
        of_currency = [debt for debt in debts if debt.currency == currency]
        found = cycles_in(_edges(of_currency))
        cycles.update(dict.fromkeys(found))
        group = {party: index for index, members in enumerate(found) for party in members}
        followed: dict[int, list[Debt]] = defaultdict(list)
        for debt in of_currency:
            if debt.debtor in group and group[debt.debtor] == group.get(debt.creditor):
                unpaid.append(
                    Unpaid(debt=debt, unpaid_minor=debt.amount_minor, reason=UnpaidReason.IN_A_CYCLE)
                )
            else:
                followed[debt.debtor].append(debt)
        for party in _from_the_top(followed):
            made, left = _pay_debts(holdings, party, currency, followed.get(party, []))
            cuts.extend(made)
            unpaid.extend(left)
    return TierPlan(cuts=tuple(cuts), unpaid=tuple(unpaid), cycles=tuple(cycles))


def tier_of_parties(cores: Iterable[int], owed: Iterable[tuple[str, int, int]]) -> dict[int, int]:
    """The shortest distance of each party from a core enterprise (0), along invoices of one currency.

    owed: (currency, buyer, seller) of every invoice. Parties that no path reaches are not in the result.
    """
    sources = tuple(cores)
    by_currency: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for currency, buyer, seller in owed:
        by_currency[currency][buyer].append(seller)
    nearest = dict.fromkeys(sources, 0)
    for edges in by_currency.values():
        for party, distance in distances_from(sources, edges).items():
            nearest[party] = min(distance, nearest.get(party, distance))
    return nearest


def _edges(debts: Iterable[Debt]) -> Mapping[int, list[int]]:
    edges: dict[int, dict[int, None]] = defaultdict(dict)
    for debt in debts:
        edges[debt.debtor][debt.creditor] = None
    return {party: list(creditors) for party, creditors in edges.items()}


def _from_the_top(followed: Mapping[int, Sequence[Debt]]) -> Iterable[int]:
    """Parties so that everybody comes after all that owe it."""
    order: TopologicalSorter[int] = TopologicalSorter()
    for debtor, debts in followed.items():
        order.add(debtor)
        for debt in debts:
            order.add(debt.creditor, debtor)
    return order.static_order()


def _pay_debts(
    holdings: Holdings, party: int, currency: str, debts: Sequence[Debt]
) -> tuple[list[Cut], list[Unpaid]]:
    if not debts:
        return [], []
    held = holdings.held_minor(party, currency)
    payments = [
        Payment(payee=debt.creditor, amount_minor=debt.amount_minor, reference=debt.reference)
        for debt in debts
    ]
    cuts, missing = holdings.pay(party, currency, payments)
    reason = UnpaidReason.NOT_ENOUGH_HELD if held else UnpaidReason.NOTHING_HELD
    unpaid = [
        Unpaid(debt=debt, unpaid_minor=left, reason=reason)
        for debt, left in zip(debts, missing, strict=True)
        if left
    ]
    return cuts, unpaid
