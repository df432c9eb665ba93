"""Take goods in, as their keeper: a draft of the receipt, for an inspector to attest."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.goods.physical_lot import lot_keys
from counterfoil.domain.goods.receipt_document import ReceiptDocument, ReceiptParty
from counterfoil.domain.money import Money, check_ledger_amount
from counterfoil.domain.state.goods_state import Stock
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import good_text
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.title_documents import keep_title, salted_receipt
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn(Outcome):
    """A draft. Its lots back nothing else from here on."""

    receipt_id: int
    stock_id: int
    depositor_id: int


def take_in(
    bench: Workbench,
    *,
    actor: PartyRef,
    document: ReceiptDocument,
    depositor: PartyRef | None = None,
    value: Money | None = None,
    pledge_consent: bool = False,
) -> TakenIn:
    """Draft the receipt that the document states.

    depositor: None takes whom the document names. value: declared, counts against the keeper's cap; None
    takes the document's valuation. pledge_consent: the keeper seals pledges in advance. Raises DomainError
    NotKeeperOfIntake, StockOfIntakeMissing, ValueOfIntakeMissing, LotStatedTwice, then what the ledger
    refuses.
    """
    acting = actor_of(bench, actor)
    named_keeper = party_id_of(bench, _reference(document.keeper))
    if named_keeper != acting.party_id:
        raise DomainError(refusals.NOT_KEEPER_OF_INTAKE, stated=document.keeper.name, actor=acting.party.name)
    depositor_id = party_id_of(bench, _reference(document.depositor) if depositor is None else depositor)
    declared = _declared(document, value)
    stock = _stock(bench, acting.party_id, document)
    keys = lot_keys(document.lots, fingerprint_key=bench.keys.fingerprint_key())
    title = salted_receipt(document)
    keep_title(bench, title)
    receipt = carry_out(
        bench,
        "take_in",
        lambda: bench.ledger.draft_receipt(
            by=acting.key,
            stock_id=stock.stock_id,
            depositor_id=depositor_id,
            currency=declared.currency.numeric,
            value_minor=check_ledger_amount(declared.minor),
            pledge_consent=pledge_consent,
            detail_root=title.detail_root,
            lots=[
                BackingLot(key=key, quantity=lot.quantity.steps)
                for key, lot in zip(keys, document.lots, strict=True)
            ],
        ),
    )
    return TakenIn(
        operation="take_in",
        receipts=(receipt,),
        receipt_id=receipt.only("ReceiptDrafted").args["receipt"],
        stock_id=stock.stock_id,
        depositor_id=depositor_id,
    )


def _reference(party: ReceiptParty) -> str:
    return party.identity or party.name


def _declared(document: ReceiptDocument, value: Money | None) -> Money:
    if value is not None:
        return value
    if document.valuation is None:
        raise DomainError(refusals.VALUE_OF_INTAKE_MISSING, number=document.number)
    return document.valuation.value


def _stock(bench: Workbench, keeper_id: int, document: ReceiptDocument) -> Stock:
    good, site = document.goods.good, document.site
    for stock in bench.read_model.state.stocks.values():
        if (stock.keeper_id, stock.site, stock.good) == (keeper_id, site.key, good.key):
            return stock
    raise DomainError(
        refusals.STOCK_OF_INTAKE_MISSING, keeper=document.keeper.name, good=good_text(good), site=site.code
    )
