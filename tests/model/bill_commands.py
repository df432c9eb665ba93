"""Commands in two languages, as in commands: bills of lading."""

from __future__ import annotations

from collections.abc import Callable

from counterfoil.domain.events.goods_events import BillTerms
from counterfoil.domain.ledger import Call, Ledger
from model.commands import Command

BILLS = "BillsOfLading"


def _bills(function: str, *args: object, apply: Callable[[Ledger, Call], object], name: str) -> Command:
    return Command(name=name, contract=BILLS, function=function, args=args, apply=apply)


def issue_bill(terms: BillTerms) -> Command:
    return _bills(
        "issueBill",
        _stated(terms),
        name="issue_bill",
        apply=lambda ledger, call: ledger.bills.issue(call, terms),
    )


def endorse(bill_id: int, to_id: int, background: bytes) -> Command:
    return _bills(
        "endorse",
        bill_id,
        to_id,
        background,
        name="endorse",
        apply=lambda ledger, call: ledger.bills.endorse(
            call, bill_id=bill_id, to_id=to_id, background=background
        ),
    )


def surrender(bill_id: int, order: bytes) -> Command:
    return _bills(
        "surrender",
        bill_id,
        order,
        name="surrender",
        apply=lambda ledger, call: ledger.bills.surrender(call, bill_id=bill_id, order_hash=order),
    )


def revoke_surrender(bill_id: int) -> Command:
    return _bills(
        "revokeSurrender",
        bill_id,
        name="revoke_surrender",
        apply=lambda ledger, call: ledger.bills.revoke_surrender(call, bill_id=bill_id),
    )


def switch_bill(bill_id: int, terms: BillTerms) -> Command:
    return _bills(
        "switchBill",
        bill_id,
        _stated(terms),
        name="switch_bill",
        apply=lambda ledger, call: ledger.bills.switch(call, bill_id=bill_id, terms=terms),
    )


def discharge_bill(bill_id: int, receipt_id: int) -> Command:
    return _bills(
        "dischargeBill",
        bill_id,
        receipt_id,
        name="discharge_bill",
        apply=lambda ledger, call: ledger.bills.discharge(call, bill_id=bill_id, receipt_id=receipt_id),
    )


def reinstate_bill(bill_id: int, order: bytes) -> Command:
    return _bills(
        "reinstateBill",
        bill_id,
        order,
        name="reinstate_bill",
        apply=lambda ledger, call: ledger.bills.reinstate(call, bill_id=bill_id, order_hash=order),
    )


def freeze_bill(bill_id: int, order: bytes) -> Command:
    return _bills(
        "freezeBill",
        bill_id,
        order,
        name="freeze_bill",
        apply=lambda ledger, call: ledger.bills.freeze(call, bill_id=bill_id, order_hash=order),
    )


def unfreeze_bill(bill_id: int, order: bytes) -> Command:
    return _bills(
        "unfreezeBill",
        bill_id,
        order,
        name="unfreeze_bill",
        apply=lambda ledger, call: ledger.bills.unfreeze(call, bill_id=bill_id, order_hash=order),
    )


def force_transfer_bill(bill_id: int, to_id: int, order: bytes) -> Command:
    return _bills(
        "forceTransferBill",
        bill_id,
        to_id,
        order,
        name="force_bill",
        apply=lambda ledger, call: ledger.bills.force_transfer(
            call, bill_id=bill_id, to_id=to_id, order_hash=order
        ),
    )


def _stated(terms: BillTerms) -> tuple[object, ...]:
    return (
        terms.number,
        terms.shipper_id,
        terms.good,
        terms.quantity,
        terms.decimals,
        terms.detail_root,
    )
