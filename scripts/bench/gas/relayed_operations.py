"""What operations use that a key signed and somebody else relays, alone and fifty in a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from consortium import (
    ANY_HASH,
    CNY,
    CORE_ENTERPRISE,
    DAY_S,
    MATURITY_AT_S,
    SUPPLIER,
    Consortium,
    Party,
    lot_id,
    shipped_artifact,
)
from meter import START_AT_S, Meter, Reading
from operations import FACE, SYSTEM

from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.instructions.terms import InstructionDomain, InstructionTerms, instruction_nonce

BATCH = 50
GAS_EACH = 500_000


class RelayedOperations:
    """Measures what the service relays: nonces as it derives them, each in a word of storage of its own."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._on = Consortium(meter, artifact=shipped_artifact)
        self._debtor = self._on.register("debtor", CORE_ENTERPRISE, accepts=False)
        self._supplier = self._on.register("supplier", SUPPLIER, accepts=True)
        self._second = self._on.register("second", SUPPLIER, accepts=True)
        self._relayer = meter.account("relayer")
        address = self._on.authority.functions.instructions().call()
        self._instructions = meter.at(shipped_artifact("Instructions"), address)
        self._domain = InstructionDomain(meter.chain.web3.eth.chain_id, address)
        self._route()
        self._notes = 0
        self._signed = 0

    def _route(self) -> None:
        rows = [
            (route.type_hash, self._on.ledger.address, route.selector, route.layout)
            for route in instruction_routes()
            if route.contract == "Ledger"
        ]
        self._meter.run(self._instructions.functions.setRoutes(rows), self._on.administrator)

    # ------------------------------------------------------------------------------------------------ steps

    def _sign(self, by: Party, function: str, *args: Any, nonce: int | None = None) -> tuple[Any, ...]:
        self._signed += 1
        terms = InstructionTerms.of_call(
            "Ledger",
            function,
            args,
            key=by.key.address,
            nonce=instruction_nonce(f"command {self._signed}", 0) if nonce is None else nonce,
            deadline_s=START_AT_S + DAY_S,
        )
        signed = terms.sign(self._domain, by.key)
        return (
            terms.type_hash,
            terms.encoded_args,
            terms.nonce,
            terms.deadline_s,
            terms.key,
            GAS_EACH,
            signed.signature,
        )

    def _proposal(self) -> tuple[Any, ...]:
        shares = [(self._on.fresh_hash(), FACE, FACE)]
        hashed = self._on.fresh_hash()
        return (self._debtor.number, self._supplier.number, CNY, MATURITY_AT_S, hashed, shares)

    def _propose(self) -> tuple[Any, ...]:
        self._notes += 1
        return self._sign(self._supplier, "propose", self._proposal())

    def _live_note(self) -> int:
        self._notes += 1
        propose = self._on.ledger.functions.propose(self._proposal())
        self._meter.run(propose, self._supplier.key)
        self._meter.run(self._on.ledger.functions.confirm(self._notes, FACE), self._debtor.key)
        return self._notes

    def _split(self) -> tuple[Any, ...]:
        halves = [(1_234, self._second.number), (FACE - 1_234, self._supplier.number)]
        return self._sign(self._supplier, "split", lot_id(self._live_note()), halves, ANY_HASH)

    def _assign(self, nonce: int | None = None) -> tuple[Any, ...]:
        lot = lot_id(self._live_note())
        return self._sign(self._supplier, "assign", lot, self._second.number, ANY_HASH, nonce=nonce)

    def _alone(self, operation: str, instruction: tuple[Any, ...]) -> Reading:
        gas = self._meter.gas(self._instructions.functions.execute(instruction), self._relayer)
        return Reading(system=SYSTEM, operation=f"{operation}, by instruction", gas=gas)

    def _together(self, operation: str, batch: Sequence[tuple[Any, ...]], note: str = "") -> Reading:
        call = self._instructions.functions.executeBatch(list(batch))
        executed_event = self._instructions.events.InstructionExecuted
        gas, executed = self._meter.gas_and_count(call, self._relayer, executed_event)
        if executed != len(batch):
            raise RuntimeError(f"{operation}: {executed} of {len(batch)} instructions were carried out")
        return Reading(
            system=SYSTEM,
            operation=f"{operation}, {len(batch)} instructions in a batch",
            gas=gas,
            records=len(batch),
            note=note,
        )

    # --------------------------------------------------------------------------------------------- readings

    def _opening(self) -> Iterator[Reading]:
        proposal = self._alone("propose a note over 1 invoice(s)", self._propose())
        confirmation = self._alone(
            "confirm a note over 1 invoice(s)", self._sign(self._debtor, "confirm", self._notes, FACE)
        )
        yield from (proposal, confirmation)
        yield Reading(
            system=SYSTEM,
            operation="propose and confirm over 1 invoice(s), by instruction",
            gas=proposal.gas + confirmation.gas,
            note="two transactions",
        )
        proposed = self._together("propose notes over 1 invoice(s)", [self._propose() for _ in range(BATCH)])
        numbers = range(self._notes - BATCH + 1, self._notes + 1)
        confirmed = self._together(
            "confirm notes over 1 invoice(s)",
            [self._sign(self._debtor, "confirm", number, FACE) for number in numbers],
        )
        yield from (proposed, confirmed)
        yield Reading(
            system=SYSTEM,
            operation=f"propose and confirm over 1 invoice(s), {BATCH} instructions in a batch",
            gas=proposed.gas + confirmed.gas,
            records=BATCH,
            note="two transactions",
        )

    def measure(self) -> Iterator[Reading]:
        """All readings, in the order of a note's life."""
        self._live_note()
        yield from self._opening()
        yield self._alone("split in two", self._split())
        yield self._together("split in two", [self._split() for _ in range(BATCH)])
        yield self._alone("transfer an undivided note", self._assign())
        yield self._together("transfer undivided notes", [self._assign() for _ in range(BATCH)])
        yield self._together(
            "transfer undivided notes, counted nonces",
            [self._assign(nonce) for nonce in range(BATCH)],
            note="nonces share a word of storage",
        )
