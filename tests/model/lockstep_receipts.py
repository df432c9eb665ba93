"""Lockstep rules over stocks and warehouse receipts, disputes and orders."""

from __future__ import annotations

from collections import Counter

from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, Source
from counterfoil.domain.ledger import DraftTerms
from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.goods_state import Receipt
from counterfoil.domain.states import Office, ReceiptState
from model import goods_commands
from model.contract_chain import GOVERNOR
from model.lockstep_base import CNY, CURRENCIES, DAY_S
from model.lockstep_goods import (
    GOODS,
    KEEPERS,
    LIVE,
    SITES,
    GoodsDraws,
)


class ReceiptRules(GoodsDraws):
    """What is kept, moved, cut, joined, delivered and disputed."""

    # -- stocks --

    def count(self) -> None:
        stock = self.stock()
        near = [stock.receipted, stock.receipted + self.between(0, 900), stock.attested + 300]
        if self.wrong(15):
            near = [max(0, stock.receipted - 1), 0, 2**64 - 1]
        inspector = self.key_of(self.one_of([3, 3, 2]))
        command = goods_commands.attest_stock(stock.stock_id, min(self.one_of(near), 2**64 - 1), self.fresh())
        self.run(inspector, command)

    def open_stock(self) -> None:
        keeper = self.key_of(self.one_of(KEEPERS))
        decimals = self.one_of([3, 3, 0, 18, 19])
        self.run(keeper, goods_commands.open_stock(self.one_of(SITES), self.one_of(GOODS), decimals))

    def govern(self) -> None:
        governor = str(GOVERNOR.address) if not self.wrong() else self.officer(Office.ARBITER)
        if self.wrong(40):
            ages = [DAY_S, DAY_S - 1, 30 * DAY_S, 60 * DAY_S]
            self.run(governor, goods_commands.set_attestation_age(self.one_of(ages)))
        else:
            cap = self.one_of([0, 250_000, 1_000_000, 2**96 - 1])
            self.run(governor, goods_commands.set_exposure_cap(self.party_id(), self.one_of(CURRENCIES), cap))

    # -- receipts come, move and go --

    def take_in(self) -> None:
        """A draft, and mostly straight on to title."""
        stock = self.stock()
        room = max(stock.attested - stock.receipted, 8)
        quantities = self.parts_of(min(room, self.between(4, 600)), self.between(1, 4))
        if self.wrong(2):
            quantities = [2**64 - 1, *quantities]
        terms = DraftTerms(
            stock_id=stock.stock_id,
            depositor_id=self.holder(),
            currency=CNY if not self.wrong(8) else self.one_of(CURRENCIES),
            value_minor=self.one_of([0, 1, 2**48 - 1]) if self.wrong(8) else self.between(1, 90_000),
            pledge_consent=not self.wrong(15),
            detail_root=self.fresh(),
            lots=self.backing(quantities),
        )
        receipt_id = self.run(self.key_of(stock.keeper_id), goods_commands.draft(terms))
        if isinstance(receipt_id, int) and not self.wrong(25):
            self.run(self.key_of(3), goods_commands.attest_receipt(receipt_id, self.fresh()))
            self.run(self.key_of(stock.keeper_id), goods_commands.issue(receipt_id))

    def finish_draft(self) -> None:
        receipt = self.receipt(ReceiptState.DRAFT)
        number = self.receipt_number(receipt)
        keeper = self.key_of(receipt.keeper_id)
        if self.wrong(30):
            self.run(keeper, goods_commands.discard_draft(number, self.lots_of(receipt)))
        elif self.wrong(50):
            inspector = self.key_of(self.one_of([3, 2]))
            self.run(inspector, goods_commands.attest_receipt(number, self.fresh()))
        else:
            self.run(keeper, goods_commands.issue(number))

    def transfer_receipt(self) -> None:
        receipt = self.receipt(ReceiptState.ISSUED)
        to_id, background = self.holder(), self.fresh()
        statement = KeeperSeal.for_transfer(
            receipt_id=receipt.receipt_id,
            sequence=self.sequence(receipt),
            to_id=to_id if not self.wrong(3) else self.holder(),
            background=background,
            deadline_s=self.deadline_s(),
        )
        command = goods_commands.transfer(
            self.receipt_number(receipt), to_id, background, self.seal(statement, receipt)
        )
        self.run(self.key_of(receipt.holder_id), command)

    def parts(self, receipt: Receipt) -> list[Part]:
        """Up to three parts of different lots."""
        lots = list(self.some_lots_of(receipt))
        count = 0 if self.wrong(2) else self.between(1, 3)
        return [Part(detail_root=self.fresh(), lots=tuple(lots[place::count])) for place in range(count)]

    def split_receipt(self) -> None:
        receipt = self.receipt(ReceiptState.ISSUED)
        parts, rest = self.parts(receipt), self.fresh()
        statement = KeeperSeal.for_split(
            receipt_id=receipt.receipt_id,
            sequence=self.sequence(receipt),
            parts=parts,
            remainder_root=rest,
            deadline_s=self.deadline_s(),
        )
        command = goods_commands.split(
            self.receipt_number(receipt), parts, rest, self.seal(statement, receipt)
        )
        self.run(self.key_of(receipt.holder_id), command)

    def merge_receipts(self) -> None:
        free = [
            each
            for each in self.twin.state.receipts.values()
            if each.state is ReceiptState.ISSUED
            and self.twin.model.liens.encumbrance(AssetId.of_receipt(each.receipt_id)) == (False, False)
        ]
        kinds = Counter((each.stock_id, each.holder_id) for each in free)
        alike = [each for each in free if kinds[each.stock_id, each.holder_id] > 1]
        receipt = self.one_of(alike) if alike and not self.wrong() else self.receipt(ReceiptState.ISSUED)
        alike = [
            each
            for each in alike
            if (each.stock_id, each.holder_id) == (receipt.stock_id, receipt.holder_id)
            and each is not receipt
        ]
        chosen = self.random.sample(alike, min(len(alike), self.between(1, 3)))
        if self.wrong(8) or not chosen:
            chosen = [*chosen, self.receipt(ReceiptState.ISSUED)]
        sources = [Source(receipt_id=each.receipt_id, lots=self.lots_of(each)) for each in chosen]
        root = self.fresh()
        statement = KeeperSeal.for_merge(
            receipt_id=receipt.receipt_id,
            sequence=self.sequence(receipt),
            sources=sources,
            detail_root=root,
            deadline_s=self.deadline_s(),
        )
        command = goods_commands.merge(
            receipt.receipt_id, sources if not self.wrong(2) else [], root, self.seal(statement, receipt)
        )
        self.run(self.key_of(receipt.holder_id), command)

    def restack(self) -> None:
        receipt = self.receipt(*LIVE)
        removed = self.some_lots_of(receipt)
        backed = [self.twin.state.physical_lots.get(key) for key in removed]
        quantity = sum(each.quantity for each in backed if each) + (1 if self.wrong(5) else 0)
        added = self.backing(self.parts_of(max(quantity, 1), self.between(1, 3)))
        command = goods_commands.restack(self.receipt_number(receipt), removed, added, self.fresh())
        self.run(self.key_of(receipt.keeper_id), command)

    def write_receipt(self) -> None:
        receipt = self.receipt(ReceiptState.ISSUED, ReceiptState.RELEASED, ReceiptState.DRAFT)
        number, keeper = self.receipt_number(receipt), self.key_of(receipt.keeper_id)
        if self.wrong(40):
            self.run(keeper, goods_commands.amend(number, self.fresh(), self.fresh()))
        else:
            self.run(keeper, goods_commands.set_pledge_consent(number, not self.wrong(30)))

    def deliver(self) -> None:
        if self.wrong(45):
            receipt = self.receipt(ReceiptState.ISSUED)
            command = goods_commands.order_delivery(self.receipt_number(receipt), self.fresh())
            self.run(self.key_of(receipt.holder_id), command)
            return
        receipt = self.receipt(ReceiptState.RELEASED)
        number = self.receipt_number(receipt)
        if self.wrong(30):
            self.run(self.key_of(receipt.holder_id), goods_commands.revoke_delivery(number))
        else:
            command = goods_commands.deliver(number, self.lots_of(receipt), self.fresh())
            self.run(self.key_of(receipt.keeper_id), command)

    # -- disputes and orders --

    def dispute_receipt(self) -> None:
        receipt = self.receipt(ReceiptState.DISPUTED if self.wrong(55) else ReceiptState.ISSUED)
        number = self.receipt_number(receipt)
        side = self.key_of(self.one_of([receipt.holder_id, receipt.keeper_id]))
        if receipt.state is not ReceiptState.DISPUTED:
            self.run(side, goods_commands.dispute(number, self.fresh()))
        elif self.wrong(60):
            self.run(side, goods_commands.withdraw_dispute(number, self.fresh()))
        else:
            command = goods_commands.close_dispute(number, self.fresh())
            self.run(self.officer(Office.ARBITER), command)

    def order_over_receipt(self) -> None:
        arbiter = self.officer(Office.ARBITER)
        draw = self.between(0, 9)
        if draw < 4:
            frozen = self.receipt(ReceiptState.FROZEN)
            ends = frozen.state is ReceiptState.FROZEN
            receipt = frozen if ends else self.receipt(*LIVE[:3])
            order = goods_commands.unfreeze if ends else goods_commands.freeze
            self.run(arbiter, order(self.receipt_number(receipt), self.fresh()))
        elif draw < 8:
            receipt = self.receipt(*LIVE)
            to_id = self.holder()
            self.run(
                arbiter, goods_commands.force_transfer(self.receipt_number(receipt), to_id, self.fresh())
            )
        else:
            receipt = self.receipt(*LIVE, ReceiptState.DRAFT)
            lots = self.lots_of(receipt)
            self.run(arbiter, goods_commands.cancel(self.receipt_number(receipt), lots, self.fresh()))
