"""A ledger with a party of each kind, for tests of goods through the gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.bootstrap import OpenChain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, SignedSeal
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import (
    Office,
    PartyRole,
)
from counterfoil.ports.engine import ContractRefusedError, Receipt

CNY = 156
DAY_S = 86_400
DECIMALS = 3
UNIT = 10**DECIMALS
SITE, GOOD = b"\x51" * 32, b"\x60" * 32
HASH, OTHER_HASH, ORDER = b"\x77" * 32, b"\x78" * 32, b"\x79" * 32

ROLES = {
    "keeper": PartyRole.KEEPER,
    "inspector": PartyRole.INSPECTOR,
    "owner": PartyRole.SUPPLIER,
    "buyer": PartyRole.SUPPLIER,
    "lender": PartyRole.FUNDER,
    "second": PartyRole.FUNDER,
    "carrier": PartyRole.CARRIER,
    "source": PartyRole.PRICE_SOURCE,
    "debtor": PartyRole.CORE_ENTERPRISE,
}
ACCEPTS = ("owner", "buyer", "lender", "second")


def lots(*numbers: int, quantity: int = UNIT) -> tuple[BackingLot, ...]:
    """Physical lots by small numbers, a whole unit each."""
    return tuple(BackingLot(key=key(number), quantity=quantity) for number in numbers)


def key(number: int) -> bytes:
    """The key of a physical lot."""
    return b"\x10" + number.to_bytes(31, "big")


@dataclass(frozen=True, slots=True)
class World:
    """A ledger with a party of each kind, and the shortest ways to states that tests begin from."""

    ledger: LedgerGateway
    chain: OpenChain
    gateway: ChainGateway
    keys: dict[str, LocalAccount]
    ids: dict[str, int]

    @property
    def block(self) -> int:
        """The newest block."""
        return self.ledger.head()[0]

    @property
    def now_s(self) -> int:
        """Its time."""
        return self.ledger.head()[1]

    def receipt(self, receipt_id: int) -> dict[str, Any]:
        """The contract's view, now."""
        return dict(self.ledger.receipt_view(receipt_id, block=self.block))

    def drafted(self, backing: tuple[BackingLot, ...], *, value_minor: int = 10_000) -> int:
        """A draft for the owner."""
        done = self.ledger.draft_receipt(
            by=self.keys["keeper"],
            stock_id=1,
            depositor_id=self.ids["owner"],
            currency=CNY,
            value_minor=value_minor,
            pledge_consent=True,
            detail_root=HASH,
            lots=backing,
        )
        return int(done.only("ReceiptDrafted").args["receipt"])

    def issued(self, *numbers: int, value_minor: int = 10_000) -> int:
        """A receipt of the owner over these physical lots."""
        receipt_id = self.drafted(lots(*numbers), value_minor=value_minor)
        self.ledger.attest_receipt(by=self.keys["inspector"], receipt_id=receipt_id, evidence_hash=HASH)
        self.ledger.issue_receipt(by=self.keys["keeper"], receipt_id=receipt_id)
        return receipt_id

    def sealed(self, seal: KeeperSeal, *, by: str = "keeper") -> SignedSeal:
        """The seal, signed by a party."""
        return self.ledger.seal(by=self.keys[by], seal=seal)

    def transfer_seal(self, receipt_id: int, *, sequence: int = 0, to: str = "buyer") -> KeeperSeal:
        """What a keeper would sign for a transfer."""
        return KeeperSeal.for_transfer(
            receipt_id=receipt_id,
            sequence=sequence,
            to_id=self.ids[to],
            background=HASH,
            deadline_s=self.now_s + DAY_S,
        )

    def transfer(self, receipt_id: int, seal: SignedSeal, *, by: str = "owner", to: str = "buyer") -> Receipt:
        """Hand the receipt on with a seal."""
        return self.ledger.transfer_receipt(
            by=self.keys[by], receipt_id=receipt_id, to_id=self.ids[to], background=HASH, seal=seal
        )

    def split_seal(self, receipt_id: int, *parts: Part, sequence: int = 0) -> SignedSeal:
        """The keeper's seal for a split."""
        return self.sealed(
            KeeperSeal.for_split(
                receipt_id=receipt_id,
                sequence=sequence,
                parts=parts,
                remainder_root=OTHER_HASH,
                deadline_s=self.now_s + DAY_S,
            )
        )

    def pledge(self, asset_id: AssetId, *, by: str = "owner", to: str = "lender") -> Receipt:
        """Pledge for 500.00 outside the ledger."""
        return self.ledger.pledge_asset(
            by=self.keys[by],
            asset_id=asset_id,
            pledgee_id=self.ids[to],
            secured_minor=50_000,
            registered_at_s=self.now_s,
            agreement_hash=HASH,
            registration_hash=OTHER_HASH,
        )

    def lien(self, asset_id: AssetId) -> dict[str, Any]:
        """The contract's view, now."""
        return dict(self.ledger.lien_view(asset_id, block=self.block))

    def behind(self, number: int) -> tuple[int, int]:
        """What a physical lot backs now."""
        return self.ledger.lot_behind_view(key(number), block=self.block)


KEYS = {name: Account.from_key(bytes([0x40 + number]) * 32) for number, name in enumerate(ROLES, start=1)}
IDS = {name: number for number, name in enumerate(ROLES, start=1)}
OFFICE_KEYS = {office.name.lower(): Account.from_key(bytes([0x20 + office]) * 32) for office in Office}


def prepare(ledger: LedgerGateway) -> None:
    governor = OFFICE_KEYS["governor"]
    for name, roles in ROLES.items():
        ledger.register_party(
            by=OFFICE_KEYS["registrar"], roles=roles, onboarding_hash=HASH, keys=[KEYS[name].address]
        )
        if name in ACCEPTS:
            ledger.set_standing_acceptance(by=KEYS[name], debtor_id=None, given=True)
    ledger.set_attestation_age(by=governor, max_age_s=30 * DAY_S)
    ledger.set_exposure_cap(by=governor, keeper_id=IDS["keeper"], currency=CNY, cap_minor=1_000_000)
    ledger.open_stock(by=KEYS["keeper"], site=SITE, good=GOOD, decimals=DECIMALS)
    ledger.attest_stock(by=KEYS["inspector"], stock_id=1, quantity=100 * UNIT, evidence_hash=HASH)


def refusal(command: Callable[[], object]) -> ContractRefusedError:
    """The named refusal of a command, with a sentence and a remedy."""
    with pytest.raises(ContractRefusedError) as refused:
        command()
    assert str(refused.value)
    assert refused.value.remedy
    return refused.value
