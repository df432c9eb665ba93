"""Lockstep rules over bills of lading, liens on receipts and bills, time and parties."""

from __future__ import annotations

from counterfoil.domain.events.goods_events import BillTerms
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part
from counterfoil.domain.ledger import DraftTerms, Pledge
from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.goods_state import Bill, Receipt, Stock
from counterfoil.domain.state.ledger_state import Lien
from counterfoil.domain.states import BillState, Office, PartyState, ReceiptState
from model import bill_commands, commands, goods_commands, lien_commands, money_commands
from model.contract_chain import START_S
from model.lockstep_base import CNY, DAY_S
from model.lockstep_goods import (
    GOODS,
    HOLDERS,
    PLEDGEES,
    SECOND_KEY_OF_1,
    GoodsDraws,
)
from model.seals import DivisionOf


class TitleRules(GoodsDraws):
    """What is pledged, blocked and shipped."""

    # -- liens --

    def pledge_goods(self) -> None:
        asset_id = self.asset()
        agreed = Pledge(
            asset_id=asset_id,
            pledgee_id=self.one_of(PLEDGEES) if not self.wrong(5) else self.party_id(),
            secured_minor=self.one_of([0, 1, 50_000]) if self.wrong(10) else 50_000,
            registered_at_s=self.one_of([0, self.twin.now_s]),
            agreement_hash=self.fresh(),
            registration_hash=self.fresh(),
        )
        self.run(self.key_of(self.holder_of(asset_id)), money_commands.pledge(agreed))

    def end_lien(self) -> None:
        lien = self.lien()
        if lien is None:
            return
        draw = self.between(0, 9)
        receipt = self.twin.state.receipts.get(lien.asset_id.receipt_id)
        if draw < 4:
            self.run(self.key_of(lien.pledgee_id), money_commands.release(lien.asset_id, self.fresh()))
        elif draw < 7 and receipt is not None and lien.asset_id == AssetId.of_receipt(receipt.receipt_id):
            self.release_part(lien, receipt)
        else:
            to_id = lien.pledgee_id if self.wrong(50) else self.holder()
            command = lien_commands.enforce_by_order(lien.asset_id, to_id, self.fresh())
            self.run(self.officer(Office.ARBITER), command)

    def release_part(self, lien: Lien, receipt: Receipt) -> None:
        part = Part(detail_root=self.fresh(), lots=self.some_lots_of(receipt))
        rest = self.fresh()
        statement = KeeperSeal.for_split(
            receipt_id=receipt.receipt_id,
            sequence=self.sequence(receipt),
            parts=[part],
            remainder_root=rest,
            deadline_s=self.deadline_s(),
        )
        division = DivisionOf(part=part, remainder_root=rest, seal=self.seal(statement, receipt))
        command = goods_commands.release_part(receipt.receipt_id, division, self.fresh())
        self.run(self.key_of(lien.pledgee_id), command)

    def block_goods(self) -> None:
        open_blocks = [
            (asset_id, block.match_hash)
            for asset_id, blocks in self.twin.state.blocks.items()
            for block in blocks
            if block.open
        ]
        if open_blocks and not self.wrong(35):
            asset_id, match = self.one_of(open_blocks)
            upheld = self.wrong(20)
            command = lien_commands.resolve_block(asset_id, match, upheld, self.fresh())
            self.run(self.officer(Office.ARBITER), command)
        else:
            command = lien_commands.block_asset(self.asset(), self.fresh())
            self.run(self.officer(Office.EXAMINER), command)

    # -- bills --

    def bill_terms(self, like: Bill | None = None) -> BillTerms:
        """Of a new bill, or of one that replaces another; now and then unlike or numbered again."""
        used = self.wrong(5)
        number = self.one_of(self.twin.state.bill_numbers) if used else self.fresh()
        if like is None or self.wrong(5):
            return BillTerms(
                number=number,
                shipper_id=self.holder(),
                good=bytes(32) if self.wrong(2) else self.one_of(GOODS),
                quantity=0 if self.wrong(2) else self.between(1, 900),
                decimals=19 if self.wrong(2) else 3,
                detail_root=self.fresh(),
            )
        return BillTerms(
            number=number,
            shipper_id=like.holder_id,
            good=like.good,
            quantity=like.quantity,
            decimals=like.decimals,
            detail_root=self.fresh(),
        )

    def issue_bill(self) -> None:
        self.run(self.key_of(7), bill_commands.issue_bill(self.bill_terms()))

    def move_bill(self) -> None:
        bill = self.bill(BillState.ISSUED)
        holder = self.key_of(bill.holder_id)
        if self.wrong(60):
            self.run(holder, bill_commands.endorse(bill.bill_id, self.holder(), self.fresh()))
        else:
            self.run(holder, bill_commands.surrender(bill.bill_id, self.fresh()))

    def end_bill(self) -> None:
        bill = self.bill(BillState.SURRENDERED)
        if bill.state is BillState.ISSUED:
            self.run(self.key_of(bill.holder_id), bill_commands.surrender(bill.bill_id, self.fresh()))
        draw = self.between(0, 9)
        if draw < 1:
            self.run(self.key_of(bill.holder_id), bill_commands.revoke_surrender(bill.bill_id))
        elif draw < 5:
            command = bill_commands.switch_bill(bill.bill_id, self.bill_terms(bill))
            self.run(self.key_of(bill.carrier_id), command)
        else:
            self.discharge_bill(bill)

    def discharge_bill(self, bill: Bill) -> None:
        """Into a draft that was made for it, or into any."""
        stocks = [each for each in self.twin.state.stocks.values() if each.good == bill.good]
        if stocks and not self.wrong(20):
            stock: Stock = self.one_of(stocks)
            quantity = bill.quantity + (1 if self.wrong(5) else 0)
            terms = DraftTerms(
                stock_id=stock.stock_id,
                depositor_id=bill.holder_id,
                currency=CNY,
                value_minor=1000,
                pledge_consent=True,
                detail_root=self.fresh(),
                lots=self.backing([quantity]),
            )
            self.run(self.key_of(stock.keeper_id), goods_commands.draft(terms))
        receipt = self.receipt(ReceiptState.DRAFT)
        newest = max(self.twin.state.receipts)
        number = newest if not self.wrong(20) else self.receipt_number(receipt)
        self.run(self.key_of(bill.carrier_id), bill_commands.discharge_bill(bill.bill_id, number))

    def order_over_bill(self) -> None:
        arbiter = self.officer(Office.ARBITER)
        draw = self.between(0, 9)
        if draw < 4:
            frozen = self.bill(BillState.FROZEN)
            ends = frozen.state is BillState.FROZEN
            bill = frozen if ends else self.bill(BillState.ISSUED, BillState.SURRENDERED)
            order = bill_commands.unfreeze_bill if ends else bill_commands.freeze_bill
            self.run(arbiter, order(bill.bill_id, self.fresh()))
        elif draw < 6:
            bill = self.bill(BillState.ISSUED, BillState.SURRENDERED, BillState.FROZEN)
            command = bill_commands.force_transfer_bill(bill.bill_id, self.holder(), self.fresh())
            self.run(arbiter, command)
        else:
            self.reinstate_bill(arbiter)

    def reinstate_bill(self, arbiter: str) -> None:
        """Whose draft was discarded just before, or any."""
        bill = self.bill(BillState.DISCHARGED)
        receipt = self.twin.state.receipts.get(bill.receipt_id or 0)
        if receipt is not None and receipt.state is ReceiptState.DRAFT and not self.wrong(20):
            discard = goods_commands.discard_draft(receipt.receipt_id, receipt.lots)
            self.run(self.key_of(receipt.keeper_id), discard)
        self.run(arbiter, bill_commands.reinstate_bill(bill.bill_id, self.fresh()))

    # -- time and parties --

    def pass_time(self) -> None:
        """A little, or to the last second of a count and the first one after it."""
        now_s = self.twin.now_s
        steps = [now_s + 1, now_s + 3600, now_s + DAY_S]
        for stock in self.twin.state.stocks.values():
            steps += [stock.fresh_until_s, stock.fresh_until_s + 1]
        for receipt in self.twin.state.receipts.values():
            fresh_until_s = receipt.attested_at_s // DAY_S * DAY_S + self.twin.state.attestation_age_s
            steps += [fresh_until_s, fresh_until_s + 1]
        ahead = [each for each in steps if now_s < each < START_S + 400 * DAY_S]
        if self.wrong(70):
            ahead = ahead[:2]
        self.twin.now_s = self.one_of(ahead) if ahead else now_s

    def administer(self) -> None:
        registrar = self.officer(Office.REGISTRAR)
        suspended = [
            each.party_id for each in self.twin.state.parties.values() if each.state is PartyState.SUSPENDED
        ]
        if suspended:
            command = commands.set_party_state(self.one_of(suspended), PartyState.ACTIVE)
            self.run(registrar, command)
        elif self.wrong(40):
            self.run(registrar, commands.set_party_state(self.party_id(), PartyState.SUSPENDED))
        elif self.wrong(50):
            second = str(SECOND_KEY_OF_1.address)
            in_use = second in self.twin.state.parties[1].keys
            change = commands.remove_key if in_use else commands.add_key
            self.run(registrar, change(1, second))
        else:
            holder = self.key_of(self.one_of(HOLDERS))
            self.run(holder, commands.set_standing_acceptance(None, not self.wrong(25)))
