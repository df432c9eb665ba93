"""Our own contracts, deployed and wired as a deployment does it, with parties to act on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from meter import START_AT_S, Meter
from web3.contract import Contract

from counterfoil.chain.artifact import ARTIFACT_DIRECTORY

CNY = 156
DAY_S = 86_400
MATURITY_AT_S = START_AT_S + 90 * DAY_S
CORE_ENTERPRISE, SUPPLIER, FUNDER = 1 << 0, 1 << 1, 1 << 2
KEEPER, INSPECTOR, CARRIER, PRICE_SOURCE = 1 << 4, 1 << 5, 1 << 8, 1 << 9
NOBODY = 0
ASSET_KIND_LOT, ASSET_KIND_RECEIPT, ASSET_KIND_BILL = 1, 2, 3
ANY_HASH = keccak(text="a reference")


def shipped_artifact(name: str) -> dict[str, Any]:
    """The shipped artifact of a contract, as the compiler wrote it."""
    content: dict[str, Any] = json.loads((ARTIFACT_DIRECTORY / f"{name}.json").read_text(encoding="utf-8"))
    return content


def lot_id(note: int, segment: int = 0, index: int = 0) -> int:
    """A lot's number on chain; the note's undivided lot by default."""
    return note << 40 | segment << 16 | index


def asset_of(lot: int) -> int:
    """A lot as the lien registry names it."""
    return ASSET_KIND_LOT << 248 | lot


def asset_of_receipt(receipt: int) -> int:
    """A warehouse receipt as the lien registry names it."""
    return ASSET_KIND_RECEIPT << 248 | receipt


@dataclass(frozen=True, slots=True)
class Party:
    """A registered party: its number on chain and its key."""

    number: int
    key: LocalAccount


class Consortium:
    """The contracts and their parties.

    One account administers everything: who administers costs no holder gas.
    """

    def __init__(self, meter: Meter, *, artifact: Callable[[str], dict[str, Any]]) -> None:
        self.meter = meter
        self.administrator = meter.account("administrator")
        by = self.administrator
        self.authority = meter.deploy(artifact("Authority"), by, by.address)
        authority = self.authority.address

        def deploy(name: str, *arguments: str) -> Contract:
            return meter.deploy(artifact(name), by, *arguments)

        self.ledger = deploy("Ledger", authority)
        ledger = self.ledger.address
        self.cash = deploy("Cash", authority, ledger)
        self.liens = deploy("LienRegistry", authority, ledger)
        cash, liens = self.cash.address, self.liens.address
        self.financing = deploy("Financing", authority, ledger, cash, liens)
        self.warehouse = deploy("Warehouse", authority, ledger, liens)
        self.bills = deploy("BillsOfLading", authority, ledger, liens, self.warehouse.address)
        self.prices = deploy("Prices", ledger)
        self.facilities = deploy("Facilities", authority, ledger, cash, liens, self.prices.address)
        self.settlement = deploy(
            "Settlement", ledger, cash, liens, self.financing.address, self.facilities.address
        )
        self._wire()
        self._parties = 0
        self._hashes = 0

    def _wire(self) -> None:
        financing, settlement, facilities = (
            each.address for each in (self.financing, self.settlement, self.facilities)
        )
        admitted = (
            (self.ledger, (self.liens.address, financing, settlement)),
            (self.cash, (financing, settlement, facilities)),
            (self.liens, (financing, settlement, facilities)),
            (self.financing, (settlement,)),
            (self.facilities, (settlement,)),
        )
        for contract, modules in admitted:
            for module in modules:
                self.meter.run(contract.functions.setModule(module, True), self.administrator)
        kinds = ((ASSET_KIND_RECEIPT, self.warehouse), (ASSET_KIND_BILL, self.bills))
        for kind, assets in kinds:
            self.meter.run(self.liens.functions.setAssetKind(kind, assets.address), self.administrator)

    def fresh_hash(self) -> bytes:
        """A hash that no earlier call returned, the same sequence in every run."""
        self._hashes += 1
        return keccak(text=f"hash {self._hashes}")

    def register(self, name: str, roles: int, *, accepts: bool) -> Party:
        """Registers a party with one key. accepts: whether it accepts every assignment in advance."""
        key = self.meter.account(name)
        self.meter.run(
            self.ledger.functions.registerParty(roles, self.fresh_hash(), [key.address]), self.administrator
        )
        self._parties += 1
        if accepts:
            self.meter.run(self.ledger.functions.setStandingAcceptance(NOBODY, True), key)
        return Party(self._parties, key)

    def fund(self, party: Party, amount_minor: int) -> None:
        """Books a deposit for a party."""
        self.meter.run(
            self.cash.functions.issue(party.number, CNY, amount_minor, self.fresh_hash()), self.administrator
        )
