"""What must hold over goods at any moment: invariant 6, and 5 where it is about receipts and bills."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_RECEIPT
from counterfoil.domain.state.goods_state import Receipt
from counterfoil.domain.state.ledger_state import LedgerState, Lien
from counterfoil.domain.states import BillState, ReceiptState

_PLEDGEABLE_RECEIPTS = frozenset({ReceiptState.ISSUED, ReceiptState.DISPUTED})


def goods_faults(state: LedgerState) -> Iterator[str]:
    """Invariant 6: what backs receipts, what receipts add up to, and what became of bills."""
    yield from _backing_faults(state)
    yield from _stock_faults(state)
    yield from _bill_faults(state)


def goods_seen(state: LedgerState) -> str:
    """What was looked at. A count below the receipts is no fault of the ledger, but it is said."""
    live = sum(receipt.is_live for receipt in state.receipts.values())
    seen = f"{live} live receipts over {len(state.stocks)} stocks, {len(state.physical_lots)} physical lots"
    short = [
        f"stock {stock.stock_id} is short, {stock.attested} counted and {stock.receipted} receipted"
        for stock in state.stocks.values()
        if stock.is_short
    ]
    return "; ".join([seen, *short])


def pledged_goods_faults(state: LedgerState, lien: Lien) -> Iterator[str]:
    """Invariant 5: a receipt or bill under this lien in force is in circulation, or held up in it."""
    asset_id = lien.asset_id
    held_up = False
    if asset_id.kind == ASSET_KIND_RECEIPT and (receipt := state.receipts.get(asset_id.receipt_id)):
        frozen = receipt.state is ReceiptState.FROZEN
        held_up = (receipt.before if frozen else receipt.state) in _PLEDGEABLE_RECEIPTS
    elif asset_id.kind == ASSET_KIND_BILL and (bill := state.bills.get(asset_id.bill_id)):
        held_up = (bill.before if bill.state is BillState.FROZEN else bill.state) is BillState.ISSUED
    if not asset_id.is_canonical or not held_up:
        yield f"a lien in force stands on {_named(lien)}, which is not in circulation"


def _named(lien: Lien) -> str:
    kind = {ASSET_KIND_RECEIPT: "receipt", ASSET_KIND_BILL: "bill"}.get(lien.asset_id.kind, "asset")
    return f"{kind} {lien.asset_id.reference}"


def _backing_faults(state: LedgerState) -> Iterator[str]:
    behind: defaultdict[int, set[bytes]] = defaultdict(set)
    for key, backed in state.physical_lots.items():
        behind[backed.receipt_id].add(key)
        if backed.receipt_id not in state.receipts:
            yield f"lot {key.hex()[:12]} backs receipt {backed.receipt_id}, which does not exist"
        if backed.quantity <= 0:
            yield f"lot {key.hex()[:12]} has quantity {backed.quantity}"
    for receipt in state.receipts.values():
        lots = behind[receipt.receipt_id]
        if len(set(receipt.lots)) != len(receipt.lots) or set(receipt.lots) != lots:
            yield f"receipt {receipt.receipt_id} names other lots than those that back it"
        expected = receipt.quantity if receipt.is_live or receipt.state is ReceiptState.DRAFT else 0
        found = sum(state.physical_lots[key].quantity for key in lots)
        if found != expected:
            stands = f"receipt {receipt.receipt_id} is {receipt.state.name}"
            yield f"{stands}, and its lots make {found}, not {expected}"
        yield from _receipt_faults(state, receipt)


def _receipt_faults(state: LedgerState, receipt: Receipt) -> Iterator[str]:
    number = receipt.receipt_id
    stock = state.stocks.get(receipt.stock_id)
    if stock is None or stock.keeper_id != receipt.keeper_id:
        yield f"receipt {number} is over goods that its keeper does not keep"
    if receipt.holder_id == receipt.keeper_id or receipt.holder_id not in state.parties:
        yield f"receipt {number} is held by its keeper or by nobody"
    if receipt.is_live and receipt.inspector_id in (None, receipt.keeper_id, receipt.depositor_id):
        yield f"receipt {number} is live and no independent inspector attested it"
    # One that is cancelled out of a freeze keeps what it was before.
    ended = receipt.state is ReceiptState.CANCELLED
    if not ended and (receipt.before is not ReceiptState.NONE) is not (receipt.state is ReceiptState.FROZEN):
        yield f"receipt {number} is {receipt.state.name} and returns to {receipt.before.name}"


def _stock_faults(state: LedgerState) -> Iterator[str]:
    receipted: Counter[int] = Counter()
    exposures: Counter[tuple[int, int]] = Counter()
    for receipt in state.receipts.values():
        if receipt.is_live:
            receipted[receipt.stock_id] += receipt.quantity
            exposures[receipt.keeper_id, receipt.currency] += receipt.value_minor
    for stock in state.stocks.values():
        if stock.receipted != receipted[stock.stock_id]:
            found = receipted[stock.stock_id]
            yield f"stock {stock.stock_id}: {stock.receipted} receipted, live receipts make {found}"
        if stock.receipted and not stock.attested_at_s:
            yield f"stock {stock.stock_id} has receipts and was never counted"
        if stock.attested < 0 or stock.inspector_id == stock.keeper_id:
            yield f"stock {stock.stock_id} was counted to {stock.attested} by {stock.inspector_id}"
        if state.stock_numbers.get((stock.keeper_id, stock.site, stock.good)) != stock.stock_id:
            yield f"stock {stock.stock_id} is another one by keeper, site and good"
    for account in exposures.keys() | state.exposures.keys():
        if exposures[account] != state.exposures.get(account, 0):
            keeper_id, currency = account
            yield f"keeper {keeper_id} answers for {exposures[account]} of currency {currency}, not as kept"


def _bill_faults(state: LedgerState) -> Iterator[str]:
    if {bill.number: bill.bill_id for bill in state.bills.values()} != state.bill_numbers:
        yield "the numbers of bills are not one to one with bills"
    ended_in = {bill.receipt_id: bill.bill_id for bill in state.bills.values() if bill.receipt_id is not None}
    if ended_in != state.receipt_bills:
        yield "receipts and the bills that ended in them do not name each other"
    replaced = Counter(bill.replaces_id for bill in state.bills.values() if bill.replaces_id is not None)
    for bill in state.bills.values():
        if bill.holder_id == bill.carrier_id or bill.holder_id not in state.parties:
            yield f"bill {bill.bill_id} is held by its carrier or by nobody"
        ends = (replaced[bill.bill_id], int(bill.receipt_id is not None))
        expected = {BillState.SWITCHED: (1, 0), BillState.DISCHARGED: (0, 1)}.get(bill.state, (0, 0))
        if ends != expected:
            yield f"bill {bill.bill_id} is {bill.state.name} with {ends[0]} followers and {ends[1]} receipts"
        if (bill.before is not BillState.NONE) is not (bill.state is BillState.FROZEN):
            yield f"bill {bill.bill_id} is {bill.state.name} and returns to {bill.before.name}"
