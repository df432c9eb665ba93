"""Buy-back loops and circular sales: goods or claims sold round to where they came from.

Two signs are looked for. A buy-back: one thing (a receipt, a bill, a lot) comes back within a window to a
party or an affiliate of one that had passed it on. A circle: parties sell each other goods of one kind, so
that the sales inside a window lead round; no single thing needs to return, which is how turnover was made up
among affiliates. Affiliates count as one party: what one sells and another buys back has returned, and a
sale between two of them is a finding of its own.

A finding is a question for people and no proof. Returned goods and traders of one commodity look alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.graphs import cycles_in, distances_from

LOOP_INPUT_INVALID = declare(
    "LoopInputInvalid",
    "{field}: {reason}",
    "Correct what is given to the search for loops.",
)


class LoopKind(StrEnum):
    """BUY_BACK: one thing returned. CIRCLE: sales of a good lead round. AFFILIATES: all inside one group."""

    BUY_BACK = "buy-back"
    CIRCLE = "circle"
    AFFILIATES = "affiliates"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleTransfer:
    """Title to one thing passed, or to goods of one kind. at: aware time.

    reference: of the transfer; one that moved several things is stated once for each. identity: what passed,
    as the ledger knows it, for example a physical lot's key in hex, which stays when receipts are split;
    None where only the kind is known. good: the good's key in hex, None for what is no goods. steps: how
    much, in steps of the good's unit.
    """

    reference: str
    from_id: int
    to_id: int
    at: datetime
    identity: str | None = None
    good: str | None = None
    steps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeLoop:
    """A loop; loops of one subject that share a transfer are one. subject: the identity or the good.

    parties: all that sold or bought in it, sorted. transfers: references in order of time. turnover_steps:
    what all its transfers moved together, more than was ever there.
    """

    kind: LoopKind
    subject: str
    parties: tuple[int, ...]
    transfers: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    turnover_steps: int


def find_trade_loops(
    transfers: Iterable[TitleTransfer],
    *,
    window: timedelta,
    affiliates: Iterable[Iterable[int]] = (),
) -> tuple[TradeLoop, ...]:
    """All loops, ordered by their first transfer.

    window: the longest time that one way round may take. affiliates: groups of party ids; groups that share
    a party are one. Raises DomainError LoopInputInvalid for a window that is not above zero, a transfer that
    is stated twice or goes from a party to itself, and a time without zone.
    """
    known = _checked(transfers, window)
    group_of = _groups(affiliates)
    things: dict[str, list[TitleTransfer]] = defaultdict(list)
    goods: dict[str, list[TitleTransfer]] = defaultdict(list)
    for transfer in known:
        if transfer.identity is not None:
            things[transfer.identity].append(transfer)
        if transfer.good is not None:
            goods[transfer.good].append(transfer)
    found = [
        _loop(LoopKind.BUY_BACK, identity, loop, group_of)
        for identity, chain in things.items()
        for loop in _merged(chain, _returns(chain, window, group_of))
    ]
    found += [
        _loop(LoopKind.CIRCLE, good, loop, group_of)
        for good, sales in goods.items()
        for loop in _merged(sales, _circles(sales, window, group_of))
    ]
    return tuple(sorted(found, key=lambda loop: (loop.first_at, loop.last_at, loop.kind, loop.subject)))


def _returns(
    chain: Sequence[TitleTransfer], window: timedelta, group_of: Mapping[int, int]
) -> Iterator[Sequence[int]]:
    """The places of each return of one thing, from the last time that the group had passed it on."""
    passed_on: dict[int, int] = {}
    for place, transfer in enumerate(chain):
        passed_on[_group(transfer.from_id, group_of)] = place
        start = passed_on.get(_group(transfer.to_id, group_of))
        if start is not None and transfer.at - chain[start].at <= window:
            yield range(start, place + 1)


def _circles(
    sales: Sequence[TitleTransfer], window: timedelta, group_of: Mapping[int, int]
) -> Iterator[Sequence[int]]:
    """The places of sales of one good that lead round within a window, for each sale that closes a circle."""
    all_ends = [(_group(sale.from_id, group_of), _group(sale.to_id, group_of)) for sale in sales]
    ever = _circulating(all_ends)
    places = [place for place, ends in enumerate(all_ends) if set(ends) <= ever]
    recent = _Recent()
    oldest = 0
    for index, place in enumerate(places):
        recent.add(*all_ends[place])
        while sales[place].at - sales[places[oldest]].at > window:
            recent.drop(*all_ends[places[oldest]])
            oldest += 1
        members = recent.round_trip(*all_ends[place])
        if members:
            yield [each for each in places[oldest : index + 1] if members.issuperset(all_ends[each])]


def _circulating(ends: Iterable[tuple[int, int]]) -> set[int]:
    """The groups that lie on any circle at all: most goods have none, and no window need be looked at."""
    edges: dict[int, list[int]] = defaultdict(list)
    for seller, buyer in ends:
        edges[seller].append(buyer)
    return {group for members in cycles_in(edges) for group in members}


class _Recent:
    """Who sold to whom within the window, kept up to date from sale to sale."""

    __slots__ = ("_buyers", "_sellers")

    def __init__(self) -> None:
        self._buyers: dict[int, Counter[int]] = defaultdict(Counter)
        self._sellers: dict[int, Counter[int]] = defaultdict(Counter)

    def add(self, seller: int, buyer: int) -> None:
        self._buyers[seller][buyer] += 1
        self._sellers[buyer][seller] += 1

    def drop(self, seller: int, buyer: int) -> None:
        for edges, start, end in ((self._buyers, seller, buyer), (self._sellers, buyer, seller)):
            edges[start][end] -= 1
            if edges[start][end] == 0:
                del edges[start][end]

    def round_trip(self, seller: int, buyer: int) -> set[int]:
        """All groups on ways round through this sale; empty where it is on none."""
        downstream = distances_from((buyer,), self._buyers)
        if seller not in downstream:
            return set()
        return downstream.keys() & distances_from((seller,), self._sellers).keys()


def _merged(
    transfers: Sequence[TitleTransfer], loops: Iterable[Sequence[int]]
) -> Iterator[list[TitleTransfer]]:
    """The loops, with those that share a transfer put together: a circle that goes on is one finding."""
    joined: dict[int, int] = {}
    for loop in loops:
        last = _root(joined, loop[-1])
        for place in loop:
            joined[_root(joined, place)] = last
    merged: dict[int, list[TitleTransfer]] = defaultdict(list)
    for place in sorted(joined):
        merged[_root(joined, place)].append(transfers[place])
    yield from merged.values()


def _root(joined: dict[int, int], place: int) -> int:
    """The place that stands for all that this one was joined with; shortens the way for the next time."""
    joined.setdefault(place, place)
    while joined[place] != place:
        joined[place] = joined[joined[place]]
        place = joined[place]
    return place


def _loop(
    kind: LoopKind, subject: str, transfers: Sequence[TitleTransfer], group_of: Mapping[int, int]
) -> TradeLoop:
    parties = {party for each in transfers for party in (each.from_id, each.to_id)}
    alone = len({_group(party, group_of) for party in parties}) == 1
    return TradeLoop(
        kind=LoopKind.AFFILIATES if alone else kind,
        subject=subject,
        parties=tuple(sorted(parties)),
        transfers=tuple(dict.fromkeys(each.reference for each in transfers)),
        first_at=transfers[0].at,
        last_at=transfers[-1].at,
        turnover_steps=sum(each.steps for each in transfers),
    )


def _checked(transfers: Iterable[TitleTransfer], window: timedelta) -> list[TitleTransfer]:
    if window <= timedelta(0):
        raise DomainError(LOOP_INPUT_INVALID, field="window", reason=f"{window} is no time")
    known = list(transfers)
    seen = set()
    for transfer in known:
        stated = (transfer.reference, transfer.identity, transfer.good)
        if transfer.at.utcoffset() is None:
            raise DomainError(
                LOOP_INPUT_INVALID, field=transfer.reference, reason="its time has no time zone"
            )
        if transfer.from_id == transfer.to_id:
            raise DomainError(LOOP_INPUT_INVALID, field=transfer.reference, reason="it goes nowhere")
        if stated in seen:
            raise DomainError(LOOP_INPUT_INVALID, field=transfer.reference, reason="it is stated twice")
        seen.add(stated)
    # Transfers of one instant, such as one block, stay in the order given.
    return sorted(known, key=lambda transfer: transfer.at)


def _groups(affiliates: Iterable[Iterable[int]]) -> dict[int, int]:
    """Each affiliate's group, by the smallest party in it."""
    merged: list[set[int]] = []
    for stated in affiliates:
        whole = set(stated)
        for known in [each for each in merged if each & whole]:
            merged.remove(known)
            whole |= known
        merged.append(whole)
    return {party: min(group) for group in merged for party in group}


def _group(party: int, group_of: Mapping[int, int]) -> int:
    return group_of.get(party, party)
