"""What receipts, bills of lading and facilities use, in the state that a running ledger has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from consortium import (
    ANY_HASH,
    CARRIER,
    CNY,
    DAY_S,
    FUNDER,
    INSPECTOR,
    KEEPER,
    MATURITY_AT_S,
    PRICE_SOURCE,
    SUPPLIER,
    Consortium,
    Party,
    asset_of_receipt,
    shipped_artifact,
)
from eth_utils import keccak
from meter import START_AT_S, Meter, Reading
from operations import SYSTEM

from counterfoil.chain.seals import receipt_division, sign_seal
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, SignedSeal, Source

GOOD, SITE = keccak(text="steel coils"), keccak(text="site")
DECIMALS = 3
TONNES = 25_000
"""Of one lot, in thousandths."""
PRICE = 400_000
LOT_VALUE = TONNES * PRICE // 10**DECIMALS
BACKED = TONNES * 10_000
FURTHER_LOTS = 10
POOLS = (1, 10)
AGE_S = 30 * DAY_S
DEADLINE_S = START_AT_S + 30 * DAY_S
LARGEST = 2**48 - 1

Lots = list[bytes]


class GoodsOperations:
    """Measures one operation after another on a consortium with a keeper, an inspector and a carrier."""

    def __init__(self, meter: Meter, *, artifact: Callable[[str], dict[str, Any]] = shipped_artifact) -> None:
        self._meter = meter
        self._on = Consortium(meter, artifact=artifact)
        self._keeper = self._on.register("keeper", KEEPER, accepts=False)
        self._inspector = self._on.register("inspector", INSPECTOR, accepts=False)
        self._carrier = self._on.register("carrier", CARRIER, accepts=False)
        self._source = self._on.register("price source", PRICE_SOURCE, accepts=False)
        self._owner = self._on.register("owner", SUPPLIER, accepts=True)
        self._next = self._on.register("next owner", SUPPLIER, accepts=True)
        self._funder = self._on.register("funder", FUNDER, accepts=True)
        self._receipts = self._bills = self._facilities = self._prices = 0
        self._lots: dict[int, Lots] = {}

    # ------------------------------------------------------------------------------------------------ steps

    def _reading(self, operation: str, call: Any, by: Party, *, records: int = 1, note: str = "") -> Reading:
        gas = self._meter.gas(call, by.key)
        return Reading(system=SYSTEM, operation=operation, gas=gas, records=records, note=note)

    def _draft(self, lots: int) -> Any:
        keys = [self._on.fresh_hash() for _ in range(lots)]
        self._receipts += 1
        self._lots[self._receipts] = keys
        backing = [(key, TONNES) for key in keys]
        value = lots * LOT_VALUE
        terms = (1, self._owner.number, CNY, value, True, self._on.fresh_hash(), backing)
        return self._on.warehouse.functions.draft(terms)

    def _issued(self, lots: int = 1) -> int:
        """A receipt of the owner."""
        self._meter.run(self._draft(lots), self._keeper.key)
        receipt, warehouse = self._receipts, self._on.warehouse.functions
        self._meter.run(warehouse.attestReceipt(receipt, ANY_HASH), self._inspector.key)
        self._meter.run(warehouse.issue(receipt), self._keeper.key)
        return receipt

    def _sealed(self, seal: KeeperSeal) -> SignedSeal:
        return sign_seal(
            seal,
            by=self._keeper.key,
            chain_id=self._meter.chain.web3.eth.chain_id,
            warehouse=self._on.warehouse.address,
        )

    def _split_seal(self, receipt: int, parts: Sequence[Part]) -> SignedSeal:
        return self._sealed(
            KeeperSeal.for_split(
                receipt_id=receipt, sequence=0, parts=parts, remainder_root=ANY_HASH, deadline_s=DEADLINE_S
            )
        )

    def _pledge(self, receipt: int) -> Any:
        agreed = (
            asset_of_receipt(receipt),
            self._funder.number,
            LOT_VALUE // 2,
            START_AT_S,
            ANY_HASH,
            ANY_HASH,
        )
        return self._on.liens.functions.pledge(agreed)

    def _post(self, price: int) -> Any:
        self._prices += 1
        return self._on.prices.functions.postPrice(GOOD, CNY, price, START_AT_S - DAY_S + self._prices)

    # --------------------------------------------------------------------------------------------- receipts

    def _stocking(self) -> Iterator[Reading]:
        warehouse, by = self._on.warehouse.functions, self._on.administrator
        self._meter.run(warehouse.setAttestationAge(AGE_S), by)
        self._meter.run(warehouse.setExposureCap(self._keeper.number, CNY, 2**95), by)
        yield self._reading("open a stock", warehouse.openStock(SITE, GOOD, DECIMALS), self._keeper)
        self._meter.run(warehouse.attestStock(1, BACKED, ANY_HASH), self._inspector.key)
        count = warehouse.attestStock(1, BACKED, ANY_HASH)
        yield self._reading("attest a stock again", count, self._inspector)

    def _issuing(self) -> Iterator[Reading]:
        self._issued()
        warehouse = self._on.warehouse.functions
        steps: list[Reading] = []
        whole: dict[int, int] = {}
        for count in (1, 1 + FURTHER_LOTS):
            lots = "1 lot" if count == 1 else f"{count} lots"
            draft = self._reading(f"draft a receipt with {lots}", self._draft(count), self._keeper)
            receipt = self._receipts
            attest = warehouse.attestReceipt(receipt, ANY_HASH)
            steps = [
                draft,
                self._reading(f"attest a draft with {lots}", attest, self._inspector),
                self._reading(f"issue a draft with {lots}", warehouse.issue(receipt), self._keeper),
            ]
            whole[count] = sum(step.gas for step in steps)
            yield from steps
            yield Reading(
                system=SYSTEM,
                operation=f"draft, attest and issue with {lots}",
                gas=whole[count],
                note="three transactions of two parties",
            )
        yield Reading(
            system=SYSTEM,
            operation=f"{FURTHER_LOTS} further lots of a receipt",
            gas=whole[1 + FURTHER_LOTS] - whole[1],
            records=FURTHER_LOTS,
            note=f"the difference between {1 + FURTHER_LOTS} lots and 1",
        )

    def _moving(self) -> Iterator[Reading]:
        warehouse = self._on.warehouse.functions
        receipt = self._issued()
        seal = self._sealed(
            KeeperSeal.for_transfer(
                receipt_id=receipt,
                sequence=0,
                to_id=self._next.number,
                background=ANY_HASH,
                deadline_s=DEADLINE_S,
            )
        )
        transfer = warehouse.transfer(receipt, self._next.number, ANY_HASH, _tuple(seal))
        yield self._reading("transfer a receipt", transfer, self._owner, note="with the keeper's seal")
        receipt = self._issued(2)
        parts = [Part(detail_root=ANY_HASH, lots=(self._lots[receipt][0],))]
        cut = [(part.detail_root, list(part.lots)) for part in parts]
        split = warehouse.split(receipt, cut, ANY_HASH, _tuple(self._split_seal(receipt, parts)))
        yield self._reading("split a receipt in two", split, self._owner, note="a lot each")
        self._receipts += 1
        stays, goes = self._issued(), self._issued()
        sources = [Source(receipt_id=goes, lots=tuple(self._lots[goes]))]
        seal = self._sealed(
            KeeperSeal.for_merge(
                receipt_id=stays, sequence=0, sources=sources, detail_root=ANY_HASH, deadline_s=DEADLINE_S
            )
        )
        joined = [(source.receipt_id, list(source.lots)) for source in sources]
        merge = warehouse.merge(stays, joined, ANY_HASH, _tuple(seal))
        yield self._reading("merge two receipts", merge, self._owner, note="a lot each")

    def _keeping(self) -> Iterator[Reading]:
        warehouse = self._on.warehouse.functions
        receipt = self._issued()
        added = [(self._on.fresh_hash(), TONNES)]
        restack = warehouse.restack(receipt, self._lots[receipt], added, ANY_HASH)
        yield self._reading("restack a lot", restack, self._keeper)
        keys = [key for key, _ in added]
        order = warehouse.orderDelivery(receipt, ANY_HASH)
        yield self._reading("order delivery", order, self._owner)
        yield self._reading("deliver a receipt", warehouse.deliver(receipt, keys, ANY_HASH), self._keeper)

    def _pledging(self) -> Iterator[Reading]:
        liens = self._on.liens.functions
        receipt = self._issued()
        yield self._reading("pledge a receipt", self._pledge(receipt), self._owner)
        release = liens.release(asset_of_receipt(receipt), ANY_HASH)
        yield self._reading("release a receipt", release, self._funder)
        receipt = self._issued(2)
        self._meter.run(self._pledge(receipt), self._owner.key)
        part = Part(detail_root=ANY_HASH, lots=(self._lots[receipt][0],))
        how = receipt_division(part, ANY_HASH, self._split_seal(receipt, [part]))
        half = liens.releasePart(asset_of_receipt(receipt), how, ANY_HASH)
        yield self._reading("release a part of a receipt", half, self._funder, note="one lot of two")
        self._receipts += 1

    # ------------------------------------------------------------------------------------------------ bills

    def _bill(self) -> Any:
        self._bills += 1
        number, root = self._on.fresh_hash(), self._on.fresh_hash()
        terms = (number, self._owner.number, GOOD, TONNES, DECIMALS, root)
        return self._on.bills.functions.issueBill(terms)

    def _shipping(self) -> Iterator[Reading]:
        bills = self._on.bills.functions
        self._meter.run(self._bill(), self._carrier.key)
        yield self._reading("issue a bill of lading", self._bill(), self._carrier)
        bill = self._bills
        endorse = bills.endorse(bill, self._next.number, ANY_HASH)
        yield self._reading("endorse a bill", endorse, self._owner)
        self._meter.run(bills.endorse(bill, self._owner.number, ANY_HASH), self._next.key)
        yield self._reading("surrender a bill", bills.surrender(bill, ANY_HASH), self._owner)
        self._meter.run(self._draft(1), self._keeper.key)
        discharge = bills.dischargeBill(bill, self._receipts)
        yield self._reading("discharge a bill into a receipt", discharge, self._carrier)

    # ------------------------------------------------------------------------------------------- facilities

    def _terms(self, assets: Sequence[int]) -> tuple[Any, ...]:
        principal = len(assets) * LOT_VALUE // 2
        return (
            self._owner.number,
            CNY,
            principal,
            450,
            360,
            MATURITY_AT_S,
            START_AT_S + 30 * DAY_S,
            self._source.number,
            30 * DAY_S,
            7_000,
            8_000,
            3 * DAY_S,
            9_000,
            principal,
            START_AT_S,
            ANY_HASH,
            ANY_HASH,
            [(GOOD, 1_000)],
            [asset_of_receipt(receipt) for receipt in assets],
        )

    def _offer(self, receipts: Sequence[int]) -> tuple[Any, Any]:
        """The calls that offer a facility over the receipts and take it."""
        facilities, terms = self._on.facilities.functions, self._terms(receipts)
        self._facilities += 1
        return facilities.offerFacility(terms), facilities.acceptFacility(self._facilities, terms)

    def _lending(self) -> Iterator[Reading]:
        facilities = self._on.facilities.functions
        for party in (self._funder, self._owner):
            self._on.fund(party, 100 * LOT_VALUE)
        self._meter.run(self._post(PRICE), self._source.key)
        yield self._reading("post a price again", self._post(PRICE), self._source)
        offer, accept = self._offer([self._issued()])
        self._meter.run_all([(offer, self._funder.key), (accept, self._owner.key)])
        pooled: list[int] = []
        for count in POOLS:
            pooled = [self._issued() for _ in range(count)]
            offer, accept = self._offer(pooled)
            name = "1 receipt" if count == 1 else f"{count} receipts"
            yield self._reading(f"offer a facility over {name}", offer, self._funder)
            yield self._reading(
                f"accept a facility over {name}",
                accept,
                self._owner,
                records=count,
                note="all are valued and pledged, the money is paid",
            )
        pool, out = self._facilities, asset_of_receipt(pooled[0])
        among = f"in a pool of {POOLS[-1]}"
        better = asset_of_receipt(self._issued())
        substitute = facilities.substituteAsset(pool, out, better)
        yield self._reading(f"substitute a receipt {among}", substitute, self._owner)
        repay = facilities.repayFacility(pool, LOT_VALUE // 2)
        yield self._reading(f"repay a part of a facility {among}", repay, self._owner)
        self._meter.run(self._post(PRICE * 6 // 10), self._source.key)
        call = facilities.callMargin(pool)
        yield self._reading(f"call for margin {among}", call, self._funder)
        rest = facilities.repayFacility(pool, LARGEST)
        yield self._reading(
            f"repay the rest and free {POOLS[-1]} receipts", rest, self._owner, records=POOLS[-1]
        )

    def measure(self) -> Iterator[Reading]:
        """All readings, in the order of a receipt's life."""
        yield from self._stocking()
        yield from self._issuing()
        yield from self._moving()
        yield from self._keeping()
        yield from self._pledging()
        yield from self._shipping()
        yield from self._lending()


def _tuple(seal: SignedSeal) -> tuple[int, bytes]:
    return seal.deadline_s, seal.signature
