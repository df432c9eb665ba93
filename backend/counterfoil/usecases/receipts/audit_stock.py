"""Compare receipts with attested stock, for a keeper, a site or a good, at any block: differences are said.

The record is folded from the events up to that block and compared with the receipts one by one and with
the contract's own figures at the same block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import Site
from counterfoil.domain.projection.fold import apply
from counterfoil.domain.state.goods_state import Receipt, Stock
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import ReceiptState
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.goods_resolving import find_good
from counterfoil.usecases.receipts.list_stocks import StockSheet, stock_sheet
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAudit:
    """One stock. live: receipts that give title to its goods then; drafts: not issued and not counted.

    live_steps: sum over the live receipts; lot_steps: sum over their physical lots. differences: one sentence
    each, none where everything agrees.
    """

    sheet: StockSheet
    live: tuple[Receipt, ...]
    drafts: tuple[Receipt, ...]
    live_steps: int
    lot_steps: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Everything that was asked for. at_s: time of the last event up to the block."""

    block_number: int
    at_s: int
    stocks: tuple[StockAudit, ...]

    @property
    def agrees(self) -> bool:
        """Whether no difference was found."""
        return not any(each.differences for each in self.stocks)


def audit_stock(
    bench: Workbench,
    *,
    keeper: PartyRef | None = None,
    site: str | None = None,
    good: str | None = None,
    block_number: int | None = None,
) -> AuditReport:
    """Audit the stocks that fit what is stated; nothing stated: all. block_number None: the newest.

    Raises DomainError BlockNotReached, PartyNotFound, GoodNotFound.
    """
    newest = bench.read_model.block_number
    block = newest if block_number is None else block_number
    if not 0 <= block <= newest:
        raise DomainError(refusals.BLOCK_NOT_REACHED, block_number=block, newest=newest)
    keeper_id = None if keeper is None else party_id_of(bench, keeper)
    site_key = None if site is None else Site(site).key
    good_key = None if good is None else find_good(bench, good).key
    state, at_s = _state_at(bench, block)
    chosen = [
        stock
        for _, stock in sorted(state.stocks.items())
        if keeper_id in (None, stock.keeper_id)
        and site_key in (None, stock.site)
        and good_key in (None, stock.good)
    ]
    return AuditReport(
        block_number=block,
        at_s=at_s,
        stocks=tuple(_audited(bench, state, stock, block=block, at_s=at_s) for stock in chosen),
    )


def _state_at(bench: Workbench, block: int) -> tuple[LedgerState, int]:
    state, at_s = LedgerState(), 0
    for recorded in bench.read_model.history():
        if recorded.block_number > block:
            break
        apply(state, recorded)
        at_s = recorded.at_s
    return state, at_s


def _audited(bench: Workbench, state: LedgerState, stock: Stock, *, block: int, at_s: int) -> StockAudit:
    over = [each for _, each in sorted(state.receipts.items()) if each.stock_id == stock.stock_id]
    live = tuple(each for each in over if each.is_live)
    sheet = stock_sheet(bench, stock, at_s=at_s)
    live_steps = sum(each.quantity for each in live)
    lot_steps = sum(state.physical_lots[key].quantity for each in live for key in each.lots)
    return StockAudit(
        sheet=sheet,
        live=live,
        drafts=tuple(each for each in over if each.state is ReceiptState.DRAFT),
        live_steps=live_steps,
        lot_steps=lot_steps,
        differences=tuple(_differences(bench, sheet, live_steps, lot_steps, block=block)),
    )


def _differences(
    bench: Workbench, sheet: StockSheet, live_steps: int, lot_steps: int, *, block: int
) -> Iterator[str]:
    stock, live = sheet.stock, sheet.amount(live_steps)
    if live_steps > stock.attested:
        missing = sheet.amount(live_steps - stock.attested)
        yield f"receipts give title to {live}, attested are {sheet.amount(stock.attested)}: {missing} missing"
    if live_steps and not sheet.fresh:
        yield "the count is older than allowed: nothing is issued or pledged over it"
    if live_steps != stock.receipted:
        yield f"the receipts come to {live}, the ledger counts {sheet.amount(stock.receipted)}"
    if lot_steps != live_steps:
        yield f"the lots come to {sheet.amount(lot_steps)}, their receipts to {live}"
    chain = bench.ledger.stock_view(stock.stock_id, block=block)
    for field, here in (("attested", stock.attested), ("receipted", stock.receipted)):
        if chain[field] != here:
            yield f"{field}: the contract has {sheet.amount(chain[field])}, the record {sheet.amount(here)}"
