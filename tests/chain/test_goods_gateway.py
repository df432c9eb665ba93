"""Goods, liens and facilities through the gateway on the embedded chain: each command, view and refusal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import EmbeddedChain, open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.chain.seals import seal_digest, seal_signer
from counterfoil.domain.facility_events import LOTS_GOOD, FacilityTerms, GoodTerms
from counterfoil.domain.goods_events import BackingLot, BillTerms
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.receipt_terms import KeeperSeal, Part, SignedSeal, Source
from counterfoil.domain.states import (
    BillState,
    FacilityState,
    LienState,
    LotState,
    Office,
    PartyRole,
    ReceiptState,
)
from counterfoil.ports import ContractRefusedError, Receipt

CNY = 156
DAY_S = 86_400
DECIMALS = 3
UNIT = 10**DECIMALS
SITE, GOOD = b"\x51" * 32, b"\x60" * 32
PRICE = 1_000
NO_HASH = bytes(32)
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
    chain: EmbeddedChain
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


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Deployment]:
    """A closed chain where everybody is registered and the keeper has a counted stock; for copying."""
    directory = tmp_path_factory.mktemp("goods") / "chain"
    with open_embedded_chain(directory) as chain:
        gateway = ChainGateway(chain.web3)
        officers = {office: OFFICE_KEYS[office.name.lower()].address for office in Office}
        deploy_ledger(gateway, governor=OFFICE_KEYS["governor"], officers=officers)
        _prepare(LedgerGateway(gateway))
        return directory, gateway.deployment


def _prepare(ledger: LedgerGateway) -> None:
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


@pytest.fixture
def world(opened: tuple[Path, Deployment], tmp_path: Path) -> Iterator[World]:
    directory, deployment = opened
    shutil.copytree(directory, tmp_path / "chain")
    with open_embedded_chain(tmp_path / "chain", allow_time_travel=True) as chain:
        gateway = ChainGateway(chain.web3, deployment)
        yield World(LedgerGateway(gateway), chain, gateway, {**OFFICE_KEYS, **KEYS}, IDS)


def refusal(command: Callable[[], object]) -> ContractRefusedError:
    """The named refusal of a command, with a sentence and a remedy."""
    with pytest.raises(ContractRefusedError) as refused:
        command()
    assert str(refused.value)
    assert refused.value.remedy
    return refused.value


# -- stocks and receipts --


def test_a_stock_says_what_was_counted_and_what_stands_on_it(world: World) -> None:
    world.issued(1, 2)
    view = world.ledger.stock_view(1, block=world.block)
    assert (view["keeper"], view["site"], view["good"], view["decimals"]) == (1, SITE, GOOD, DECIMALS)
    assert (view["attested"], view["receipted"]) == (100 * UNIT, 2 * UNIT)
    assert view["fresh_until"] == view["attested_at"] + 30 * DAY_S
    assert world.ledger.attestation_age_view(block=world.block) == 30 * DAY_S
    assert world.ledger.exposure_view(1, CNY, block=world.block) == (10_000, 1_000_000)


def test_a_receipts_whole_life(world: World) -> None:
    """Taken in, attested, issued, transferred, split, merged, restacked, amended, delivered."""
    ledger, keys = world.ledger, world.keys
    receipt_id = world.drafted(lots(1, 2, 3), value_minor=9_001)
    assert world.receipt(receipt_id)["state"] == ReceiptState.DRAFT
    ledger.attest_receipt(by=keys["inspector"], receipt_id=receipt_id, evidence_hash=HASH)
    ledger.issue_receipt(by=keys["keeper"], receipt_id=receipt_id)
    assert world.receipt(receipt_id) == {
        "state": ReceiptState.ISSUED,
        "before": ReceiptState.NONE,
        "holder": world.ids["owner"],
        "keeper": world.ids["keeper"],
        "stock": 1,
        "quantity": 3 * UNIT,
        "value_minor": 9_001,
        "currency": CNY,
        "sequence": 0,
        "attested": True,
        "pledge_consent": True,
        "pledged": False,
    }
    moved = world.transfer(receipt_id, world.sealed(world.transfer_seal(receipt_id)))
    assert moved.only("ReceiptTransferred").args["to"] == world.ids["buyer"]

    part = Part(detail_root=HASH, lots=(key(3),))
    cut = ledger.split_receipt(
        by=keys["buyer"],
        receipt_id=receipt_id,
        parts=[part],
        remainder_root=OTHER_HASH,
        seal=world.split_seal(receipt_id, part, sequence=1),
    )
    part_id = int(cut.only("ReceiptSplit").args["part"])
    assert world.receipt(part_id)["value_minor"] == 3_000
    assert world.receipt(receipt_id)["value_minor"] == 6_001
    assert (world.behind(3), world.behind(2)) == ((part_id, UNIT), (receipt_id, UNIT))

    source = Source(receipt_id=part_id, lots=(key(3),))
    ledger.merge_receipts(
        by=keys["buyer"],
        receipt_id=receipt_id,
        sources=[source],
        detail_root=HASH,
        seal=world.sealed(
            KeeperSeal.for_merge(
                receipt_id=receipt_id,
                sequence=world.receipt(receipt_id)["sequence"],
                sources=[source],
                detail_root=HASH,
                deadline_s=world.now_s + DAY_S,
            )
        ),
    )
    assert world.receipt(part_id)["state"] == ReceiptState.CANCELLED
    assert world.receipt(receipt_id)["quantity"] == 3 * UNIT

    ledger.restack_lots(
        by=keys["keeper"],
        receipt_id=receipt_id,
        removed=[key(2), key(3)],
        added=lots(4, quantity=2 * UNIT),
        reason_hash=HASH,
    )
    assert (world.behind(3), world.behind(4)) == ((0, 0), (receipt_id, 2 * UNIT))
    ledger.amend_receipt(by=keys["keeper"], receipt_id=receipt_id, detail_root=OTHER_HASH, reason_hash=HASH)
    ledger.order_delivery(by=keys["buyer"], receipt_id=receipt_id, order_hash=HASH)
    ledger.revoke_delivery(by=keys["buyer"], receipt_id=receipt_id)
    ledger.order_delivery(by=keys["buyer"], receipt_id=receipt_id, order_hash=HASH)
    assert world.receipt(receipt_id)["state"] == ReceiptState.RELEASED
    ledger.deliver_receipt(
        by=keys["keeper"], receipt_id=receipt_id, lots=[key(1), key(4)], handover_hash=HASH
    )
    assert world.receipt(receipt_id)["state"] == ReceiptState.DELIVERED
    assert (world.behind(1), world.behind(4)) == ((0, 0), (0, 0))
    stock = ledger.stock_view(1, block=world.block)
    assert (stock["attested"], stock["receipted"]) == (97 * UNIT, 0)
    assert ledger.exposure_view(1, CNY, block=world.block)[0] == 0


def test_what_happened_is_read_back_as_domain_events(world: World) -> None:
    receipt_id = world.issued(1)
    seen = [
        found.event
        for record in world.ledger.events(from_block=0, to_block=world.block)
        if (found := world.ledger.decode(record)) is not None and hasattr(found.event, "receipt_id")
    ]
    assert [type(event).__name__ for event in seen] == [
        "ReceiptDrafted",
        "ReceiptAttested",
        "ReceiptIssued",
    ]
    assert {event.receipt_id for event in seen} == {receipt_id}


def test_a_draft_is_discarded_and_its_lots_are_free(world: World) -> None:
    receipt_id = world.drafted(lots(1))
    refused = refusal(lambda: world.drafted(lots(1)))
    assert (refused.code, refused.facts["receipt"]) == ("LotBacksReceipt", receipt_id)
    world.ledger.discard_draft(by=world.keys["keeper"], receipt_id=receipt_id, lots=[key(1)])
    assert world.behind(1) == (0, 0)
    assert world.receipt(world.drafted(lots(1)))["state"] == ReceiptState.DRAFT


def test_receipts_beyond_the_count_the_cap_or_the_age_are_refused(world: World) -> None:
    def issue(receipt_id: int) -> Callable[[], object]:
        world.ledger.attest_receipt(by=world.keys["inspector"], receipt_id=receipt_id, evidence_hash=HASH)
        return lambda: world.ledger.issue_receipt(by=world.keys["keeper"], receipt_id=receipt_id)

    too_much = refusal(issue(world.drafted(lots(1, quantity=100 * UNIT + 1))))
    assert (too_much.code, too_much.facts["attested"]) == ("StockExceeded", 100 * UNIT)
    assert refusal(issue(world.drafted(lots(2), value_minor=1_000_001))).code == "ExposureAboveCap"
    unattested = world.drafted(lots(3))
    assert (
        refusal(lambda: world.ledger.issue_receipt(by=world.keys["keeper"], receipt_id=unattested)).code
        == "NotAttested"
    )
    world.chain.advance_time(31 * DAY_S)
    assert refusal(issue(world.drafted(lots(4)))).code == "AttestationStale"


# -- seals --


def test_the_contract_and_the_typed_data_agree_on_what_is_signed(world: World) -> None:
    part = Part(detail_root=HASH, lots=(key(1), key(2)))
    source = Source(receipt_id=5, lots=(key(3),))
    seals = (
        world.transfer_seal(1, sequence=3),
        KeeperSeal.for_split(
            receipt_id=2, sequence=0, parts=[part], remainder_root=HASH, deadline_s=2**40 - 1
        ),
        KeeperSeal.for_merge(receipt_id=3, sequence=9, sources=[source], detail_root=HASH, deadline_s=1),
    )
    place = {
        "chain_id": world.gateway.deployment.chain_id,
        "warehouse": world.gateway.address_of("Warehouse"),
    }
    for seal in seals:
        asked = [seal.act, seal.receipt_id, seal.sequence, seal.to_id, seal.terms, seal.deadline_s]
        assert world.gateway.call("Warehouse", "sealDigest", asked) == seal_digest(seal, **place)
        signed = world.sealed(seal)
        assert seal_signer(seal, signed.signature, **place) == world.keys["keeper"].address
        assert world.ledger.typed_seal(seal)["domain"]["verifyingContract"] == place["warehouse"]


def test_a_seal_serves_once_and_for_what_it_says(world: World) -> None:
    receipt_id = world.issued(1)
    seal = world.transfer_seal(receipt_id)
    by_owner = world.sealed(seal, by="owner")
    assert refusal(lambda: world.transfer(receipt_id, by_owner)).facts["signer"] == world.ids["owner"]
    for_another = world.sealed(world.transfer_seal(receipt_id, to="second"))
    assert refusal(lambda: world.transfer(receipt_id, for_another)).code == "SealNotKeepers"
    broken = SignedSeal(deadline_s=seal.deadline_s, signature=b"\x00" * 65)
    assert refusal(lambda: world.transfer(receipt_id, broken)).facts["signer"] == 0
    good = world.sealed(seal)
    world.transfer(receipt_id, good)
    back = world.transfer_seal(receipt_id, sequence=1, to="owner")
    world.transfer(receipt_id, world.sealed(back), by="buyer", to="owner")
    assert refusal(lambda: world.transfer(receipt_id, good)).code == "SealNotKeepers"


def test_a_seal_ends_with_its_deadline(world: World) -> None:
    receipt_id = world.issued(1)
    seal = world.sealed(world.transfer_seal(receipt_id))
    world.chain.advance_time(2 * DAY_S)
    assert refusal(lambda: world.transfer(receipt_id, seal)).code == "SealExpired"


# -- orders --


def test_orders_of_the_arbiter_reach_the_receipt(world: World) -> None:
    ledger, arbiter = world.ledger, world.keys["arbiter"]
    receipt_id = world.issued(1, 2)
    ledger.dispute_receipt(by=world.keys["owner"], receipt_id=receipt_id, evidence_hash=HASH)
    ledger.withdraw_receipt_dispute(by=world.keys["owner"], receipt_id=receipt_id, reason_hash=HASH)
    ledger.dispute_receipt(by=world.keys["keeper"], receipt_id=receipt_id, evidence_hash=HASH)
    ledger.close_receipt_dispute(by=arbiter, receipt_id=receipt_id, reason_hash=HASH)
    ledger.freeze_receipt(by=arbiter, receipt_id=receipt_id, order_hash=ORDER)
    assert world.receipt(receipt_id)["before"] == ReceiptState.ISSUED
    ledger.force_receipt_transfer(
        by=arbiter, receipt_id=receipt_id, to_id=world.ids["buyer"], order_hash=ORDER
    )
    assert world.receipt(receipt_id)["state"] == ReceiptState.FROZEN
    ledger.unfreeze_receipt(by=arbiter, receipt_id=receipt_id, order_hash=ORDER)
    assert world.receipt(receipt_id)["holder"] == world.ids["buyer"]
    ledger.cancel_receipt(by=arbiter, receipt_id=receipt_id, lots=[key(1), key(2)], order_hash=ORDER)
    assert world.receipt(receipt_id)["state"] == ReceiptState.CANCELLED
    stock = ledger.stock_view(1, block=world.block)
    assert (stock["attested"], stock["receipted"]) == (100 * UNIT, 0)


# -- liens --


def test_a_pledged_receipt_is_released_in_part_and_then_wholly(world: World) -> None:
    ledger = world.ledger
    receipt_id = world.issued(1, 2)
    asset_id = AssetId.of_receipt(receipt_id)
    world.pledge(asset_id)
    assert world.receipt(receipt_id)["state"] == ReceiptState.PLEDGED
    assert ledger.encumbrance_view(asset_id, block=world.block) == (True, False)
    assert ledger.goods_of_view(asset_id, block=world.block) == (GOOD, 2 * UNIT, DECIMALS, True)
    refused = refusal(lambda: world.pledge(asset_id, to="second"))
    assert refused.code == "AssetEncumbered"
    seal = world.sealed(world.transfer_seal(receipt_id))
    assert refusal(lambda: world.transfer(receipt_id, seal)).code == "ReceiptPledged"

    part = Part(detail_root=HASH, lots=(key(1),))
    freed = ledger.release_part_of_receipt(
        by=world.keys["lender"],
        asset_id=asset_id,
        part=part,
        remainder_root=OTHER_HASH,
        seal=world.split_seal(receipt_id, part),
        reason_hash=HASH,
    )
    part_id = int(freed.only("ReceiptSplit").args["part"])
    divided = freed.only("LienDivided").args
    assert (divided["kept"], divided["freed"]) == (
        asset_id.number,
        AssetId.of_receipt(part_id).number,
    )
    assert world.receipt(part_id)["state"] == ReceiptState.ISSUED
    assert world.receipt(receipt_id)["pledged"] is True
    ledger.release_lien(by=world.keys["lender"], asset_id=asset_id, reason_hash=HASH)
    assert world.lien(asset_id)["state"] == LienState.RELEASED
    assert world.receipt(receipt_id)["state"] == ReceiptState.ISSUED


def test_a_lien_is_substituted_handed_on_and_enforced_by_order(world: World) -> None:
    ledger, keys = world.ledger, world.keys
    old, new = (AssetId.of_receipt(world.issued(number)) for number in (1, 2))
    world.pledge(old)
    ledger.propose_substitute(by=keys["owner"], asset_id=old, replacement_id=new)
    ledger.accept_substitute(
        by=keys["lender"],
        asset_id=old,
        replacement_id=new,
        registered_at_s=world.now_s,
        agreement_hash=OTHER_HASH,
        registration_hash=HASH,
    )
    assert ledger.encumbrance_view(old, block=world.block) == (False, False)
    assert world.lien(new)["secured_minor"] == 50_000
    ledger.transfer_pledge(
        by=keys["lender"],
        asset_id=new,
        pledgee_id=world.ids["second"],
        registered_at_s=world.now_s,
        agreement_hash=HASH,
        registration_hash=OTHER_HASH,
    )
    assert world.lien(new)["pledgee"] == world.ids["second"]
    ledger.enforce_by_order(by=keys["arbiter"], asset_id=new, to_id=world.ids["buyer"], order_hash=ORDER)
    assert world.lien(new)["state"] == LienState.ENFORCED
    assert world.receipt(new.reference)["holder"] == world.ids["buyer"]


def test_a_block_stops_pledges_until_it_is_resolved(world: World) -> None:
    ledger, keys = world.ledger, world.keys
    asset_id = AssetId.of_receipt(world.issued(1))
    ledger.block_asset(by=keys["examiner"], asset_id=asset_id, match_hash=HASH)
    assert ledger.block_view(asset_id, HASH, block=world.block) is True
    assert ledger.encumbrance_view(asset_id, block=world.block) == (False, True)
    assert refusal(lambda: world.pledge(asset_id)).code == "AssetBlocked"
    ledger.resolve_block(
        by=keys["arbiter"], asset_id=asset_id, match_hash=HASH, upheld=False, reason_hash=HASH
    )
    assert ledger.block_view(asset_id, HASH, block=world.block) is False
    world.pledge(asset_id)


def test_a_pledged_lot_is_released_in_part(world: World) -> None:
    ledger, keys = world.ledger, world.keys
    proposal = (
        world.ids["debtor"],
        world.ids["owner"],
        CNY,
        world.now_s + 90 * DAY_S,
        HASH,
        [(HASH, 1_000, 1_000)],
    )
    world.gateway.send("Ledger", "propose", [proposal], keys["owner"])
    ledger.confirm_note(by=keys["debtor"], note_id=1, face_minor=1_000)
    asset_id = AssetId.of_lot(LotId.root(1))
    world.pledge(asset_id)
    done = ledger.release_part_of_lot(by=keys["lender"], asset_id=asset_id, kept_minor=400, reason_hash=HASH)
    divided = done.only("LienDivided").args
    kept, freed = (AssetId.from_number(divided[name]) for name in ("kept", "freed"))
    views = [ledger.lot_view(each.lot_id, block=world.block) for each in (kept, freed)]
    assert [(view["first"], view["last"], view["state"]) for view in views] == [
        (1, 400, LotState.PLEDGED),
        (401, 1_000, LotState.FREE),
    ]
    assert world.lien(asset_id)["state"] == LienState.DIVIDED
    assert (world.lien(kept)["state"], world.lien(kept)["sequence"]) == (LienState.ACTIVE, 1)


# -- bills --


def _bill(world: World, number: int = 1, *, shipper: str = "owner") -> BillTerms:
    return BillTerms(
        number=key(number),
        shipper_id=world.ids[shipper],
        good=GOOD,
        quantity=2 * UNIT,
        decimals=DECIMALS,
        detail_root=HASH,
    )


def test_a_bills_whole_life_into_a_receipt(world: World) -> None:
    ledger, keys = world.ledger, world.keys
    ledger.issue_bill(by=keys["carrier"], terms=_bill(world))
    assert ledger.bill_numbered_view(key(1), block=world.block) == 1
    again = refusal(lambda: ledger.issue_bill(by=keys["carrier"], terms=_bill(world)))
    assert (again.code, again.facts["bill"]) == ("BillNumberUsed", 1)
    ledger.endorse_bill(by=keys["owner"], bill_id=1, to_id=world.ids["buyer"], background=HASH)
    assert ledger.goods_of_view(AssetId.of_bill(1), block=world.block) == (GOOD, 2 * UNIT, DECIMALS, True)
    ledger.surrender_bill(by=keys["buyer"], bill_id=1, order_hash=HASH)
    ledger.revoke_surrender(by=keys["buyer"], bill_id=1)
    ledger.surrender_bill(by=keys["buyer"], bill_id=1, order_hash=HASH)
    ledger.switch_bill(by=keys["carrier"], bill_id=1, terms=_bill(world, 2, shipper="buyer"))
    assert ledger.bill_view(1, block=world.block)["state"] == BillState.SWITCHED
    assert ledger.bill_view(2, block=world.block)["replaces"] == 1
    ledger.endorse_bill(by=keys["buyer"], bill_id=2, to_id=world.ids["owner"], background=HASH)
    ledger.surrender_bill(by=keys["owner"], bill_id=2, order_hash=HASH)
    receipt_id = world.drafted(lots(9, quantity=2 * UNIT))
    ledger.discharge_bill(by=keys["carrier"], bill_id=2, receipt_id=receipt_id)
    view = ledger.bill_view(2, block=world.block)
    assert (view["state"], view["receipt"]) == (BillState.DISCHARGED, receipt_id)
    ledger.discard_draft(by=keys["keeper"], receipt_id=receipt_id, lots=[key(9)])
    ledger.reinstate_bill(by=keys["arbiter"], bill_id=2, order_hash=ORDER)
    assert ledger.bill_view(2, block=world.block)["state"] == BillState.ISSUED


def test_orders_of_the_arbiter_reach_the_bill(world: World) -> None:
    ledger, arbiter = world.ledger, world.keys["arbiter"]
    ledger.issue_bill(by=world.keys["carrier"], terms=_bill(world))
    ledger.freeze_bill(by=arbiter, bill_id=1, order_hash=ORDER)
    ledger.force_bill_transfer(by=arbiter, bill_id=1, to_id=world.ids["buyer"], order_hash=ORDER)
    assert ledger.bill_view(1, block=world.block)["state"] == BillState.FROZEN
    ledger.unfreeze_bill(by=arbiter, bill_id=1, order_hash=ORDER)
    view = ledger.bill_view(1, block=world.block)
    assert (view["state"], view["holder"]) == (BillState.ISSUED, world.ids["buyer"])


# -- prices and facilities --


def _terms(world: World, assets: tuple[AssetId, ...], **changed: Any) -> FacilityTerms:
    stated: dict[str, Any] = {
        "borrower_id": world.ids["owner"],
        "currency": CNY,
        "principal_minor": 1_000,
        "rate_bps": 360,
        "day_basis": 360,
        "due_at_s": world.now_s + 60 * DAY_S,
        "expires_at_s": world.now_s + 10 * DAY_S,
        "price_source_id": world.ids["source"],
        "price_max_age_s": 5 * DAY_S,
        "draw_ltv_bps": 7_000,
        "call_ltv_bps": 8_000,
        "call_period_s": DAY_S,
        "sale_floor_bps": 5_000,
        "minimum_value_minor": 1_500,
        "registered_at_s": world.now_s,
        "agreement_hash": HASH,
        "registration_hash": OTHER_HASH,
        "goods": (GoodTerms(good=GOOD, haircut_bps=1_000), GoodTerms(good=LOTS_GOOD, haircut_bps=0)),
        "assets": assets,
    }
    return FacilityTerms(**{**stated, **changed})


@pytest.fixture
def lent(world: World) -> tuple[World, int, tuple[AssetId, ...]]:
    """10.00 lent over receipts of 1 and 1 tonne at 10.00 each, haircut a tenth: value 18.00, LTV 5,556."""
    ledger, keys = world.ledger, world.keys
    for party in ("lender", "second", "buyer", "owner"):
        ledger.issue_cash(
            by=keys["bank"],
            party_id=world.ids[party],
            currency=CNY,
            amount_minor=5_000,
            deposit_hash=key(world.ids[party]),
        )
    _post(world, PRICE)
    assets = tuple(AssetId.of_receipt(world.issued(number)) for number in (1, 2))
    terms = _terms(world, assets)
    offered = ledger.offer_facility(by=keys["lender"], terms=terms)
    facility_id = int(offered.only("FacilityOffered").args["facility"])
    ledger.accept_facility(by=keys["owner"], facility_id=facility_id, terms=terms)
    return world, facility_id, assets


def _post(world: World, price_minor: int) -> None:
    world.ledger.post_price(
        by=world.keys["source"],
        good=GOOD,
        currency=CNY,
        price_minor=price_minor,
        observed_at_s=world.now_s,
    )


def test_a_facility_pledges_its_pool_and_pays(lent: tuple[World, int, tuple[AssetId, ...]]) -> None:
    world, facility_id, assets = lent
    ledger = world.ledger
    assert ledger.price_view(world.ids["source"], GOOD, CNY, block=world.block)[0] == PRICE
    view = ledger.facility_view(facility_id, block=world.block)
    assert (view["state"], view["funder"], view["borrower"]) == (
        FacilityState.OPEN,
        world.ids["lender"],
        world.ids["owner"],
    )
    assert ledger.facility_assets_view(facility_id, block=world.block) == assets
    valued = ledger.valuation_view(facility_id, block=world.block)
    assert (valued["gross_minor"], valued["value_minor"], valued["debt_minor"]) == (2_000, 1_800, 1_000)
    assert valued["ltv_bps"] == 5_556
    assert world.lien(assets[0])["financing"] == 2**63 | facility_id
    assert ledger.balance_view(world.ids["owner"], CNY, block=world.block) == 6_000
    counts = ledger.counts_view(block=world.block)
    assert (counts["facilities"], counts["receipts"], counts["stocks"], counts["bills"]) == (1, 2, 1, 0)


def test_the_pool_floats(lent: tuple[World, int, tuple[AssetId, ...]]) -> None:
    world, facility_id, assets = lent
    ledger, owner = world.ledger, world.keys["owner"]
    third, fourth = (AssetId.of_receipt(world.issued(number)) for number in (3, 4))
    ledger.substitute_asset(by=owner, facility_id=facility_id, asset_id=assets[0], replacement_id=third)
    ledger.add_asset(by=owner, facility_id=facility_id, asset_id=fourth)
    ledger.withdraw_asset(by=owner, facility_id=facility_id, asset_id=assets[1])
    assert set(ledger.facility_assets_view(facility_id, block=world.block)) == {third, fourth}
    refused = refusal(lambda: ledger.withdraw_asset(by=owner, facility_id=facility_id, asset_id=third))
    assert refused.code in ("ValueBelowMinimum", "LtvAboveLimit")
    ledger.repay_facility(by=owner, facility_id=facility_id, amount_minor=400)
    ledger.repay_facility(by=owner, facility_id=facility_id, amount_minor=None)
    assert ledger.facility_view(facility_id, block=world.block)["state"] == FacilityState.CLOSED
    assert ledger.encumbrance_view(third, block=world.block) == (False, False)


def test_a_margin_call_is_lifted_or_enforced(lent: tuple[World, int, tuple[AssetId, ...]]) -> None:
    world, facility_id, assets = lent
    ledger, keys = world.ledger, world.keys
    early = refusal(lambda: ledger.call_margin(by=keys["lender"], facility_id=facility_id))
    assert (early.code, early.facts["ltv_bps"]) == ("LtvWithinLimit", 5_556)
    world.chain.advance_time(60)
    _post(world, 500)
    ledger.call_margin(by=keys["lender"], facility_id=facility_id)
    world.chain.advance_time(60)
    _post(world, 900)
    ledger.lift_margin_call(by=keys["owner"], facility_id=facility_id)
    world.chain.advance_time(60)
    _post(world, 500)
    ledger.call_margin(by=keys["lender"], facility_id=facility_id)
    take = refusal(
        lambda: ledger.take_asset(
            by=keys["lender"], facility_id=facility_id, asset_id=assets[0], price_minor=550
        )
    )
    assert take.code == "NotEnforceable"
    world.chain.advance_time(DAY_S + 1)
    ledger.take_asset(by=keys["lender"], facility_id=facility_id, asset_id=assets[0], price_minor=550)
    ledger.offer_sale(
        by=keys["lender"],
        facility_id=facility_id,
        asset_id=assets[1],
        buyer_id=world.ids["buyer"],
        price_minor=500,
        expires_at_s=world.now_s + DAY_S,
    )
    sold = ledger.buy_asset(by=keys["buyer"], facility_id=facility_id, asset_id=assets[1])
    assert sold.only("AssetEnforced").args["surplus_minor"] == 50  # 10.00 lent, 5.50 and 5.00 recovered
    holders = [world.receipt(asset_id.reference)["holder"] for asset_id in assets]
    assert holders == [world.ids["lender"], world.ids["buyer"]]


def test_a_claim_is_sold_and_a_default_recorded(lent: tuple[World, int, tuple[AssetId, ...]]) -> None:
    world, facility_id, assets = lent
    ledger, keys = world.ledger, world.keys
    ledger.offer_claim(
        by=keys["lender"],
        facility_id=facility_id,
        to_id=world.ids["second"],
        price_minor=990,
        expires_at_s=world.now_s + DAY_S,
        agreement_hash=HASH,
    )
    ledger.take_claim(by=keys["second"], facility_id=facility_id)
    assert world.lien(assets[0])["pledgee"] == world.ids["second"]
    early = refusal(lambda: ledger.mark_facility_defaulted(by=keys["second"], facility_id=facility_id))
    assert early.code == "FacilityNotDue"
    world.chain.advance_time(61 * DAY_S)
    ledger.mark_facility_defaulted(by=keys["second"], facility_id=facility_id)
    assert ledger.facility_view(facility_id, block=world.block)["state"] == FacilityState.DEFAULTED


def test_an_offer_is_withdrawn(world: World) -> None:
    terms = _terms(world, (AssetId.of_receipt(world.issued(1)),))
    world.ledger.offer_facility(by=world.keys["lender"], terms=terms)
    world.ledger.withdraw_facility(by=world.keys["lender"], facility_id=1)
    refused = refusal(
        lambda: world.ledger.accept_facility(by=world.keys["owner"], facility_id=1, terms=terms)
    )
    assert (refused.code, refused.facts["current"]) == ("UnexpectedFacilityState", FacilityState.WITHDRAWN)
