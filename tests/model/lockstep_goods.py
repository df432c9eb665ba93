"""What the lockstep rules over goods draw from: keys that sign, receipts, lots, bills, seals and liens."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.domain.events.goods_events import BackingLot, BillTerms
from counterfoil.domain.goods.receipt_terms import KeeperSeal
from counterfoil.domain.ledger import DraftTerms
from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.goods_state import Bill, Receipt, Stock
from counterfoil.domain.state.ledger_state import Lien
from counterfoil.domain.states import BillState, LienState, Office, PartyRole, ReceiptState
from model import bill_commands, commands, goods_commands
from model.commands import digest
from model.contract_chain import GOVERNOR, OFFICERS, ContractChain
from model.keyring import account
from model.lockstep_base import CNY, DAY_S, LockstepBase
from model.seals import SealOf
from model.twin import Twin

LATEST_S = 2**40 - 1
KEEPER, INSPECTOR, CARRIER = PartyRole.KEEPER, PartyRole.INSPECTOR, PartyRole.CARRIER
# Party numbers follow this order. A keeper that may inspect others, and one that carries.
GOODS_ROLES = (
    KEEPER,
    KEEPER | INSPECTOR,
    INSPECTOR,
    PartyRole.SUPPLIER,
    PartyRole.SUPPLIER,
    PartyRole.FUNDER,
    CARRIER | KEEPER,
)
KEEPERS, HOLDERS, PLEDGEES = (1, 2, 7), (4, 5, 6), (6, 5, 3)
SIGNERS = {number: account(0x5EA1 + number) for number in range(1, len(GOODS_ROLES) + 2)}
SECOND_KEY_OF_1 = SIGNERS[len(GOODS_ROLES) + 1]
SITES, GOODS = (digest("yard"), digest("quay")), (digest("coil"), digest("plate"))
LIVE = (ReceiptState.ISSUED, ReceiptState.RELEASED, ReceiptState.DISPUTED, ReceiptState.FROZEN)


def goods_started(chain: ContractChain) -> Twin:
    """Parties that accept in advance, caps, two counted stocks of one good, a receipt over each, a bill."""
    twin = Twin(chain)
    for number, roles in enumerate(GOODS_ROLES, start=1):
        keys = [str(SIGNERS[number].address)]
        if number == 1:
            keys.append(str(SECOND_KEY_OF_1.address))
        twin.expect(OFFICERS[Office.REGISTRAR], commands.register_party(roles, digest(number), keys))
    for party_id in HOLDERS:
        twin.expect(_key(party_id), commands.set_standing_acceptance(None, True))
    for keeper_id in KEEPERS:
        cap = goods_commands.set_exposure_cap(keeper_id, CNY, 1_000_000)
        twin.expect(str(GOVERNOR.address), cap)
    for keeper_id, holder_id in ((1, 4), (2, 5)):
        stock_id = twin.expect(_key(keeper_id), goods_commands.open_stock(SITES[0], GOODS[0], 3))
        twin.expect(_key(3), goods_commands.attest_stock(stock_id, 5000, digest("report")))
        terms = DraftTerms(
            stock_id=stock_id,
            depositor_id=holder_id,
            currency=CNY,
            value_minor=100_000,
            pledge_consent=True,
            detail_root=digest("elements"),
            lots=tuple(
                BackingLot(key=digest((keeper_id, place)), quantity=400 + place) for place in range(3)
            ),
        )
        receipt_id = twin.expect(_key(keeper_id), goods_commands.draft(terms))
        twin.expect(_key(3), goods_commands.attest_receipt(receipt_id, digest("seen")))
        twin.expect(_key(keeper_id), goods_commands.issue(receipt_id))
    bill = BillTerms(
        number=digest("first bill"),
        shipper_id=4,
        good=GOODS[0],
        quantity=800,
        decimals=3,
        detail_root=digest("elements"),
    )
    twin.expect(_key(7), bill_commands.issue_bill(bill))
    twin.check_all()
    return twin


def _key(party_id: int) -> str:
    return str(SIGNERS[party_id].address)


class GoodsDraws(LockstepBase):
    """Drawing; wrong draws are part of the contract, as in LockstepBase."""

    # -- drawing --

    def receipt(self, *wanted: ReceiptState) -> Receipt:
        """A receipt in one of these states, or any."""
        receipts = list(self.twin.state.receipts.values())
        fitting = [each for each in receipts if each.state in wanted]
        found: Receipt = self.one_of(receipts if not fitting or self.wrong(6) else fitting)
        return found

    def receipt_number(self, receipt: Receipt) -> int:
        """Its number; now and then one that there is not."""
        return self.between(0, 99) if self.wrong(2) else receipt.receipt_id

    def bill(self, *wanted: BillState) -> Bill:
        bills = list(self.twin.state.bills.values())
        fitting = [each for each in bills if each.state in wanted]
        found: Bill = self.one_of(bills if not fitting or self.wrong(6) else fitting)
        return found

    def stock(self) -> Stock:
        found: Stock = self.one_of(self.twin.state.stocks.values())
        return found

    def lots_of(self, receipt: Receipt) -> tuple[bytes, ...]:
        """All its lots in some order; now and then one too few, one twice, or another's."""
        lots = list(receipt.lots)
        self.random.shuffle(lots)
        if lots and self.wrong(4):
            lots.pop()
        if self.wrong(4):
            lots.append(self.one_of([*self.twin.state.physical_lots, digest("no lot")]))
        return tuple(lots)

    def some_lots_of(self, receipt: Receipt) -> tuple[bytes, ...]:
        """A few of its lots, and mostly not all."""
        most = max(1, len(receipt.lots) - (0 if self.wrong(6) else 1))
        return self.lots_of(receipt)[: self.between(1, most)]

    def backing(self, quantities: Sequence[int]) -> tuple[BackingLot, ...]:
        """New lots of these quantities; now and then one that is taken."""
        lots = []
        for quantity in quantities:
            taken = self.wrong(3) and bool(self.twin.state.physical_lots)
            key = self.one_of(self.twin.state.physical_lots) if taken else self.fresh()
            lots.append(BackingLot(key=key, quantity=0 if self.wrong(1) else quantity))
        return tuple(lots)

    def seal(self, statement: KeeperSeal, receipt: Receipt) -> SealOf:
        """The keeper's, by one of its keys; or somebody else's, or nobody's."""
        if self.wrong(4):
            return SealOf(statement=statement, signer=None)
        if self.wrong(5):
            return SealOf(statement=statement, signer=self.one_of(SIGNERS.values()))
        own = [SIGNERS[receipt.keeper_id]] + ([SECOND_KEY_OF_1] if receipt.keeper_id == 1 else [])
        return SealOf(statement=statement, signer=self.one_of(own))

    def sequence(self, receipt: Receipt) -> int:
        if self.wrong(4):
            return max(0, receipt.sequence + self.one_of([-1, 1]))
        return receipt.sequence

    def deadline_s(self) -> int:
        now_s = self.twin.now_s
        return int(self.one_of([now_s - 1] if self.wrong(3) else [now_s, now_s + DAY_S, LATEST_S]))

    def holder(self) -> int:
        # One of them more than the others, so that there is something to join.
        return int(self.one_of([4, 4, *HOLDERS])) if not self.wrong(6) else self.party_id()

    def asset(self) -> AssetId:
        """A receipt or a bill that circulates, now and then anything."""
        if self.wrong(30):
            return AssetId.of_bill(self.bill(BillState.ISSUED).bill_id)
        if self.wrong(4):
            odd = [AssetId.of_receipt(0), AssetId(2, 1 << 64 | 1), AssetId.of_bill(99), AssetId(4, 1)]
            found: AssetId = self.one_of(odd)
            return found
        return AssetId.of_receipt(self.receipt(ReceiptState.ISSUED).receipt_id)

    def holder_of(self, asset_id: AssetId) -> int | None:
        state = self.twin.state
        if asset_id == AssetId.of_bill(asset_id.bill_id) and asset_id.bill_id in state.bills:
            return state.bills[asset_id.bill_id].holder_id
        if asset_id == AssetId.of_receipt(asset_id.receipt_id) and asset_id.receipt_id in state.receipts:
            return state.receipts[asset_id.receipt_id].holder_id
        return None

    def lien(self) -> Lien | None:
        liens = [each[-1] for each in self.twin.state.liens.values()]
        active = [each for each in liens if each.state is LienState.ACTIVE]
        choices = liens if not active or self.wrong(8) else active
        return self.one_of(choices) if choices else None
