"""A chain to index: notes proposed, confirmed, cut into lots, and the lots assigned, pledged and released.

Everything goes through the Instructions contract, in batches as the service relays them, so that half of the
logs are the relay's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.chain.contract_calls import INSTRUCTIONS, LEDGER
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.instructions.terms import InstructionDomain, InstructionTerms, SignedInstruction
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import Office, PartyRole
from counterfoil.ports.engine import ContractCall

GOVERNOR, OFFICER, DEBTOR, SELLER, NEXT, BANK, RELAYER = (
    Account.from_key("0x" + f"{number:02x}" * 32) for number in range(1, 8)
)
PARTIES = ((PartyRole.CORE_ENTERPRISE, DEBTOR), *((PartyRole.SUPPLIER, each) for each in (SELLER, NEXT)))
DEBTOR_ID, SELLER_ID, NEXT_ID, BANK_ID = range(1, 5)
EUR = 978
FAR_S = 2**40 - 1
LOTS_A_NOTE = 20
LOT_MINOR = 1_000_00
A_BATCH, BATCHES_A_BLOCK = 64, 4
DEPLOYMENT = "deployment.json"

Call = tuple[LocalAccount, str, str, tuple[Any, ...], int]


def calls_of_note(note_id: int) -> Iterator[list[Call]]:
    """The life of a note, in steps that build on one another: who calls what, with which gas limit."""
    face = LOTS_A_NOTE * LOT_MINOR
    share = (note_id.to_bytes(32, "big"), face, face)
    terms = (DEBTOR_ID, SELLER_ID, EUR, FAR_S - 1, os.urandom(32), [share])
    yield [(SELLER, LEDGER, "propose", (terms,), 500_000)]
    yield [(DEBTOR, LEDGER, "confirm", (note_id, face), 300_000)]
    children = [(LOT_MINOR, SELLER_ID if place % 2 else NEXT_ID) for place in range(LOTS_A_NOTE)]
    yield [(SELLER, LEDGER, "split", (LotId.root(note_id).number, children, os.urandom(32)), 1_500_000)]
    lots = [LotId(note_id, 1, place) for place in range(LOTS_A_NOTE)]
    holders = [SELLER if place % 2 else NEXT for place in range(LOTS_A_NOTE)]
    yield [
        (by, LEDGER, "assign", (lot.number, NEXT_ID if by is SELLER else SELLER_ID, os.urandom(32)), 250_000)
        for by, lot in zip(holders, lots, strict=True)
    ]
    holders = [NEXT if by is SELLER else SELLER for by in holders]
    yield [
        (
            by,
            "LienRegistry",
            "pledge",
            ((_asset(lot), BANK_ID, LOT_MINOR, 0, os.urandom(32), bytes(32)),),
            500_000,
        )
        for by, lot in zip(holders, lots, strict=True)
    ]
    yield [(BANK, "LienRegistry", "release", (_asset(lot), os.urandom(32)), 300_000) for lot in lots[::2]]


def _asset(lot: LotId) -> int:
    return AssetId.of_lot(lot).number


class ChainMaker:
    """Makes the chain in a directory."""

    def __init__(self, directory: Path) -> None:
        self._chain = open_embedded_chain(directory)
        self._gateway = ChainGateway(self._chain.web3)
        deploy_ledger(
            self._gateway,
            governor=GOVERNOR,
            officers=dict.fromkeys(
                (Office.REGISTRAR, Office.BANK, Office.ARBITER, Office.EXAMINER), OFFICER.address
            ),
            routes=instruction_routes(),
        )
        for role, account in (*PARTIES, (PartyRole.FUNDER, BANK)):
            self._gateway.send(
                LEDGER, "registerParty", [int(role), os.urandom(32), [account.address]], OFFICER
            )
        for account in (SELLER, NEXT):
            self._gateway.send(LEDGER, "setStandingAcceptance", [0, True], account)
        self._domain = InstructionDomain(
            self._gateway.deployment.chain_id, self._gateway.address_of(INSTRUCTIONS)
        )
        self._nonce = 0
        self._waiting: list[SignedInstruction] = []
        self._gateway.deployment.save(directory / DEPLOYMENT)

    def notes(self, first: int, count: int) -> None:
        """Let so many notes live side by side, step by step."""
        lives = [calls_of_note(first + place) for place in range(count)]
        for step in zip(*lives, strict=True):
            self._relay([self._signed(*call) for calls in step for call in calls])

    def close(self) -> None:
        """Close the chain."""
        self._chain.close()

    def _signed(
        self, by: LocalAccount, contract: str, function: str, args: Sequence[Any], gas: int
    ) -> SignedInstruction:
        self._nonce += 1
        terms = InstructionTerms.of_call(
            contract, function, args, key=by.address, nonce=self._nonce, deadline_s=FAR_S, gas_limit=gas
        )
        return terms.sign(self._domain, by)

    def _relay(self, instructions: Sequence[SignedInstruction]) -> None:
        batches: list[list[SignedInstruction]] = [[]]
        for each in instructions:
            if len(batches[-1]) == A_BATCH or _gas([*batches[-1], each]) > 24_000_000:
                batches.append([])
            batches[-1].append(each)
        for start in range(0, len(batches), BATCHES_A_BLOCK):
            calls = [
                ContractCall(
                    contract=INSTRUCTIONS,
                    function="executeBatch",
                    args=[[_struct(each) for each in batch]],
                    gas=_gas(batch),
                )
                for batch in batches[start : start + BATCHES_A_BLOCK]
            ]
            for outcome in self._gateway.send_batch(calls, RELAYER):
                if isinstance(outcome, CounterfoilError):
                    raise outcome
                refused = [each for each in outcome.events if each.event == "InstructionRefused"]
                if refused:
                    raise RuntimeError(f"refused: {refused[0].args}")


def _gas(batch: Sequence[SignedInstruction]) -> int:
    return 300_000 + sum(each.terms.gas_limit + 120_000 for each in batch)


def _struct(signed: SignedInstruction) -> dict[str, Any]:
    terms = signed.terms
    return {
        "type_hash": terms.type_hash,
        "args": terms.encoded_args,
        "nonce": terms.nonce,
        "deadline": terms.deadline_s,
        "key": terms.key,
        "gas_limit": terms.gas_limit,
        "signature": signed.signature,
    }


def make_chain(directory: Path, *, notes: int, side_by_side: int = 40) -> None:
    """Make the chain where there is none yet."""
    if (directory / DEPLOYMENT).exists():
        return
    maker = ChainMaker(directory)
    for first in range(1, notes + 1, side_by_side):
        maker.notes(first, min(side_by_side, notes - first + 1))
    maker.close()


def deployment_in(directory: Path) -> Deployment:
    """The contracts of the chain in a directory."""
    return Deployment.load(directory / DEPLOYMENT)
