"""What our own operations use, in the state that a running ledger has: all counters and parties are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from consortium import (
    ANY_HASH,
    CNY,
    CORE_ENTERPRISE,
    DAY_S,
    FUNDER,
    MATURITY_AT_S,
    SUPPLIER,
    Consortium,
    Party,
    asset_of,
    lot_id,
    shipped_artifact,
)
from meter import START_AT_S, Meter, Reading

SYSTEM = "Counterfoil"
FACE = 1_000_000
BATCHES = (20, 100, 500)
EVERYTHING = 2**48 - 1


class Operations:
    """Measures one operation after another on one consortium."""

    def __init__(
        self,
        meter: Meter,
        *,
        artifact: Callable[[str], dict[str, Any]] = shipped_artifact,
        batches: Sequence[int] = BATCHES,
    ) -> None:
        self._meter = meter
        self._batches = batches
        self._on = Consortium(meter, artifact=artifact)
        self._debtor = self._on.register("debtor", CORE_ENTERPRISE, accepts=False)
        self._supplier = self._on.register("supplier", SUPPLIER, accepts=True)
        self._second = self._on.register("second", SUPPLIER, accepts=True)
        self._undecided = self._on.register("undecided", SUPPLIER, accepts=False)
        self._funder = self._on.register("funder", FUNDER, accepts=True)
        self._holders = [
            self._on.register(f"holder {index}", SUPPLIER, accepts=True) for index in range(max(batches))
        ]
        self._notes = 0
        self._financings = 0

    # ------------------------------------------------------------------------------------------------ steps

    def _reading(self, operation: str, call: Any, by: Party, *, records: int = 1, note: str = "") -> Reading:
        gas = self._meter.gas(call, by.key)
        return Reading(system=SYSTEM, operation=operation, gas=gas, records=records, note=note)

    def _propose(self, invoices: int = 1, maturity_at_s: int = MATURITY_AT_S) -> tuple[Any, int]:
        share = FACE // invoices
        shares = [(self._on.fresh_hash(), share, share) for _ in range(invoices)]
        terms = self._on.fresh_hash()
        proposal = (self._debtor.number, self._supplier.number, CNY, maturity_at_s, terms, shares)
        self._notes += 1
        return self._on.ledger.functions.propose(proposal), share * invoices

    def _live_note(self) -> int:
        call, face = self._propose()
        self._meter.run(call, self._supplier.key)
        self._meter.run(self._on.ledger.functions.confirm(self._notes, face), self._debtor.key)
        return self._notes

    def _split_call(self, lot: int, amounts: list[tuple[int, Party]]) -> Any:
        children = [(amount, party.number) for amount, party in amounts]
        return self._on.ledger.functions.split(lot, children, ANY_HASH)

    def _even(self, count: int) -> list[tuple[int, Party]]:
        share = FACE // count
        holders = self._holders[:count]
        return [(share + (FACE - share * count if i == 0 else 0), party) for i, party in enumerate(holders)]

    def _divided_note(self) -> int:
        """A live note cut in two, whose first lot (segment 1, index 0) the supplier still holds."""
        note = self._live_note()
        halves = [(FACE // 2, self._supplier), (FACE - FACE // 2, self._second)]
        self._meter.run(self._split_call(lot_id(note), halves), self._supplier.key)
        return note

    # ---------------------------------------------------------------------------------------------- notes

    def _opening(self) -> Iterator[Reading]:
        self._live_note()
        for invoices in (1, 5):
            call, face = self._propose(invoices)
            proposal = self._reading(f"propose a note over {invoices} invoice(s)", call, self._supplier)
            confirm = self._on.ledger.functions.confirm(self._notes, face)
            confirmation = self._reading(f"confirm a note over {invoices} invoice(s)", confirm, self._debtor)
            both = proposal.gas + confirmation.gas
            yield from (proposal, confirmation)
            yield Reading(
                system=SYSTEM,
                operation=f"propose and confirm over {invoices} invoice(s)",
                gas=both,
                note="two transactions",
            )

    def _splitting(self) -> Iterator[Reading]:
        note = self._live_note()
        halves = [(1_234, self._second), (FACE - 1_234, self._supplier)]
        yield self._reading("split in two", self._split_call(lot_id(note), halves), self._supplier)
        again = [(1_234, self._second), (FACE - 2_468, self._supplier)]
        yield self._reading(
            "split a lot of a split in two", self._split_call(lot_id(note, 1, 1), again), self._supplier
        )
        for count in self._batches:
            note = self._live_note()
            call = self._split_call(lot_id(note), self._even(count))
            yield self._reading(f"split to {count} new holders", call, self._supplier, records=count)

    def _assigning(self) -> Iterator[Reading]:
        assign = self._on.ledger.functions.assign
        whole, part = self._live_note(), lot_id(self._divided_note(), 1, 0)
        yield self._reading(
            "transfer an undivided note", assign(lot_id(whole), self._second.number, ANY_HASH), self._supplier
        )
        yield self._reading(
            "transfer a whole lot", assign(part, self._second.number, ANY_HASH), self._supplier
        )
        lot = lot_id(self._divided_note(), 1, 0)
        offer = assign(lot, self._undecided.number, ANY_HASH)
        yield self._reading(
            "offer a whole lot", offer, self._supplier, note="the assignee has not accepted in advance"
        )
        offered = lot_id(lot >> 40, 2, 0)
        yield self._reading(
            "accept an offered lot", self._on.ledger.functions.accept(offered), self._undecided
        )

    # ------------------------------------------------------------------------------------ liens and financing

    def _pledging(self) -> Iterator[Reading]:
        lot = lot_id(self._divided_note(), 1, 0)
        pledge = (asset_of(lot), self._funder.number, FACE // 4, START_AT_S, ANY_HASH, ANY_HASH)
        yield self._reading("pledge a lot", self._on.liens.functions.pledge(pledge), self._supplier)
        release = self._on.liens.functions.release(asset_of(lot), ANY_HASH)
        yield self._reading("release a pledge", release, self._funder)

    def _lend(self, lot: int) -> Any:
        expires = START_AT_S + 30 * DAY_S
        terms = (lot, FACE // 4, 450, 360, MATURITY_AT_S, expires, START_AT_S, ANY_HASH, ANY_HASH)
        self._financings += 1
        return self._on.financing.functions.offerLoan(terms)

    def _financing(self) -> Iterator[Reading]:
        for party in (self._funder, self._supplier):
            self._on.fund(party, 100 * FACE)
        accept, repay = self._on.financing.functions.accept, self._on.financing.functions.repay
        self._meter.run(self._lend(lot_id(self._divided_note(), 1, 0)), self._funder.key)
        self._meter.run(accept(self._financings), self._supplier.key)
        lend = self._lend(lot_id(self._divided_note(), 1, 0))
        yield self._reading("offer a loan", lend, self._funder)
        loan = self._financings
        yield self._reading("accept a loan: draw down and pledge", accept(loan), self._supplier)
        yield self._reading("repay half of a loan", repay(loan, FACE // 8), self._supplier)
        yield self._reading("repay the rest and release", repay(loan, EVERYTHING), self._supplier)
        lot = lot_id(self._divided_note(), 1, 0)
        terms = (lot, FACE // 2 - 5_000, START_AT_S + 30 * DAY_S, ANY_HASH)
        self._financings += 1
        offer = self._on.financing.functions.offerPurchase(terms)
        yield self._reading("offer a purchase", offer, self._funder)
        yield self._reading("accept a purchase: sell and be paid", accept(self._financings), self._supplier)

    # ------------------------------------------------------------------------------------------- settlement

    def _settling(self) -> Iterator[Reading]:
        notes = []
        for count in self._batches:
            note = self._live_note()
            self._meter.run(self._split_call(lot_id(note), self._even(count)), self._supplier.key)
            notes.append((count, note))
        for holder in self._holders:
            self._on.fund(holder, 1)
        self._on.fund(self._debtor, 100 * FACE)
        undivided = self._live_note()
        self._meter.chain.advance_time(91 * DAY_S)
        settle = self._on.settlement.functions.settle
        yield self._reading("settle an undivided note", settle(undivided, FACE, [(0, 0, 0)]), self._debtor)
        for count, note in notes:
            yield self._reading(
                f"settle with {count} holders",
                settle(note, FACE, [(1, 0, count - 1)]),
                self._debtor,
                records=count,
                note="each is paid and its lot closed",
            )

    def measure(self) -> Iterator[Reading]:
        """All readings, in the order of a note's life."""
        yield from self._opening()
        yield from self._splitting()
        yield from self._assigning()
        yield from self._pledging()
        yield from self._financing()
        yield from self._settling()
