"""Commands in two languages, as in commands: stocks and warehouse receipts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, Source
from counterfoil.domain.ledger import Call, DraftTerms, Ledger
from counterfoil.domain.lot import AssetId
from model.commands import Command
from model.seals import DivisionOf, SealOf

WAREHOUSE = "Warehouse"


def _warehouse(function: str, *args: object, apply: Callable[[Ledger, Call], object], name: str) -> Command:
    return Command(name=name, contract=WAREHOUSE, function=function, args=args, apply=apply)


def _lots(lots: Sequence[BackingLot]) -> list[tuple[bytes, int]]:
    return [(lot.key, lot.quantity) for lot in lots]


# -- stocks --


def open_stock(site: bytes, good: bytes, decimals: int) -> Command:
    return _warehouse(
        "openStock",
        site,
        good,
        decimals,
        name="open_stock",
        apply=lambda ledger, call: ledger.stocks.open(call, site=site, good=good, decimals=decimals),
    )


def attest_stock(stock_id: int, quantity: int, evidence: bytes) -> Command:
    return _warehouse(
        "attestStock",
        stock_id,
        quantity,
        evidence,
        name="attest_stock",
        apply=lambda ledger, call: ledger.stocks.attest(
            call, stock_id=stock_id, quantity=quantity, evidence_hash=evidence
        ),
    )


def set_attestation_age(max_age_s: int) -> Command:
    return _warehouse(
        "setAttestationAge",
        max_age_s,
        name="set_attestation_age",
        apply=lambda ledger, call: ledger.stocks.set_attestation_age(call, max_age_s=max_age_s),
    )


def set_exposure_cap(keeper_id: int, currency: int, cap_minor: int) -> Command:
    return _warehouse(
        "setExposureCap",
        keeper_id,
        currency,
        cap_minor,
        name="set_exposure_cap",
        apply=lambda ledger, call: ledger.stocks.set_exposure_cap(
            call, keeper_id=keeper_id, currency=currency, cap_minor=cap_minor
        ),
    )


# -- receipts --


def draft(terms: DraftTerms) -> Command:
    stated = (
        terms.stock_id,
        terms.depositor_id,
        terms.currency,
        terms.value_minor,
        terms.pledge_consent,
        terms.detail_root,
        _lots(terms.lots),
    )
    return _warehouse(
        "draft", stated, name="draft", apply=lambda ledger, call: ledger.receipts.draft(call, terms)
    )


def attest_receipt(receipt_id: int, evidence: bytes) -> Command:
    return _warehouse(
        "attestReceipt",
        receipt_id,
        evidence,
        name="attest_receipt",
        apply=lambda ledger, call: ledger.receipts.attest(
            call, receipt_id=receipt_id, evidence_hash=evidence
        ),
    )


def issue(receipt_id: int) -> Command:
    return _warehouse(
        "issue",
        receipt_id,
        name="issue_receipt",
        apply=lambda ledger, call: ledger.receipts.issue(call, receipt_id=receipt_id),
    )


def discard_draft(receipt_id: int, lots: Sequence[bytes]) -> Command:
    return _warehouse(
        "discardDraft",
        receipt_id,
        list(lots),
        name="discard_draft",
        apply=lambda ledger, call: ledger.receipts.discard_draft(call, receipt_id=receipt_id, lots=lots),
    )


def transfer(receipt_id: int, to_id: int, background: bytes, seal: SealOf) -> Command:
    def apply(ledger: Ledger, call: Call) -> None:
        meant = KeeperSeal.for_transfer(
            receipt_id=receipt_id,
            sequence=_sequence(ledger, receipt_id),
            to_id=to_id,
            background=background,
            deadline_s=seal.statement.deadline_s,
        )
        ledger.receipts.transfer(
            call, receipt_id=receipt_id, to_id=to_id, background=background, seal=seal.for_model(meant)
        )

    return _warehouse("transfer", receipt_id, to_id, background, seal, name="transfer_receipt", apply=apply)


def split(receipt_id: int, parts: Sequence[Part], remainder: bytes, seal: SealOf) -> Command:
    def apply(ledger: Ledger, call: Call) -> int:
        meant = KeeperSeal.for_split(
            receipt_id=receipt_id,
            sequence=_sequence(ledger, receipt_id),
            parts=parts,
            remainder_root=remainder,
            deadline_s=seal.statement.deadline_s,
        )
        return ledger.receipt_shape.split(
            call, receipt_id=receipt_id, parts=parts, remainder_root=remainder, seal=seal.for_model(meant)
        )

    stated = [(part.detail_root, list(part.lots)) for part in parts]
    return _warehouse("split", receipt_id, stated, remainder, seal, name="split_receipt", apply=apply)


def merge(receipt_id: int, sources: Sequence[Source], root: bytes, seal: SealOf) -> Command:
    def apply(ledger: Ledger, call: Call) -> None:
        meant = KeeperSeal.for_merge(
            receipt_id=receipt_id,
            sequence=_sequence(ledger, receipt_id),
            sources=sources,
            detail_root=root,
            deadline_s=seal.statement.deadline_s,
        )
        ledger.receipt_shape.merge(
            call, receipt_id=receipt_id, sources=sources, detail_root=root, seal=seal.for_model(meant)
        )

    stated = [(source.receipt_id, list(source.lots)) for source in sources]
    return _warehouse("merge", receipt_id, stated, root, seal, name="merge_receipts", apply=apply)


def release_part(receipt_id: int, division: DivisionOf, reason: bytes) -> Command:
    """The pledgee gives a part of a pledged receipt free."""
    asset_id = AssetId.of_receipt(receipt_id)
    return Command(
        name="release_part",
        contract="LienRegistry",
        function="releasePart",
        args=(asset_id.number, division, reason),
        apply=lambda ledger, call: ledger.liens.release_part(
            call,
            asset_id=asset_id,
            how=division.for_model(receipt_id, _sequence(ledger, receipt_id)),
            reason_hash=reason,
        ),
    )


def restack(receipt_id: int, removed: Sequence[bytes], added: Sequence[BackingLot], reason: bytes) -> Command:
    return _warehouse(
        "restack",
        receipt_id,
        list(removed),
        _lots(added),
        reason,
        name="restack",
        apply=lambda ledger, call: ledger.receipt_shape.restack(
            call, receipt_id=receipt_id, removed=removed, added=added, reason_hash=reason
        ),
    )


def amend(receipt_id: int, root: bytes, reason: bytes) -> Command:
    return _warehouse(
        "amend",
        receipt_id,
        root,
        reason,
        name="amend",
        apply=lambda ledger, call: ledger.receipts.amend(
            call, receipt_id=receipt_id, detail_root=root, reason_hash=reason
        ),
    )


def set_pledge_consent(receipt_id: int, given: bool) -> Command:
    return _warehouse(
        "setPledgeConsent",
        receipt_id,
        given,
        name="set_pledge_consent",
        apply=lambda ledger, call: ledger.receipts.set_pledge_consent(
            call, receipt_id=receipt_id, given=given
        ),
    )


def order_delivery(receipt_id: int, order: bytes) -> Command:
    return _warehouse(
        "orderDelivery",
        receipt_id,
        order,
        name="order_delivery",
        apply=lambda ledger, call: ledger.receipts.order_delivery(
            call, receipt_id=receipt_id, order_hash=order
        ),
    )


def revoke_delivery(receipt_id: int) -> Command:
    return _warehouse(
        "revokeDelivery",
        receipt_id,
        name="revoke_delivery",
        apply=lambda ledger, call: ledger.receipts.revoke_delivery(call, receipt_id=receipt_id),
    )


def deliver(receipt_id: int, lots: Sequence[bytes], handover: bytes) -> Command:
    return _warehouse(
        "deliver",
        receipt_id,
        list(lots),
        handover,
        name="deliver",
        apply=lambda ledger, call: ledger.receipts.deliver(
            call, receipt_id=receipt_id, lots=lots, handover_hash=handover
        ),
    )


def dispute(receipt_id: int, evidence: bytes) -> Command:
    return _warehouse(
        "dispute",
        receipt_id,
        evidence,
        name="dispute_receipt",
        apply=lambda ledger, call: ledger.receipt_orders.dispute(
            call, receipt_id=receipt_id, evidence_hash=evidence
        ),
    )


def withdraw_dispute(receipt_id: int, reason: bytes) -> Command:
    return _warehouse(
        "withdrawDispute",
        receipt_id,
        reason,
        name="withdraw_receipt_dispute",
        apply=lambda ledger, call: ledger.receipt_orders.withdraw_dispute(
            call, receipt_id=receipt_id, reason_hash=reason
        ),
    )


def close_dispute(receipt_id: int, reason: bytes) -> Command:
    return _warehouse(
        "closeDispute",
        receipt_id,
        reason,
        name="close_receipt_dispute",
        apply=lambda ledger, call: ledger.receipt_orders.close_dispute(
            call, receipt_id=receipt_id, reason_hash=reason
        ),
    )


def freeze(receipt_id: int, order: bytes) -> Command:
    return _warehouse(
        "freeze",
        receipt_id,
        order,
        name="freeze_receipt",
        apply=lambda ledger, call: ledger.receipt_orders.freeze(
            call, receipt_id=receipt_id, order_hash=order
        ),
    )


def unfreeze(receipt_id: int, order: bytes) -> Command:
    return _warehouse(
        "unfreeze",
        receipt_id,
        order,
        name="unfreeze_receipt",
        apply=lambda ledger, call: ledger.receipt_orders.unfreeze(
            call, receipt_id=receipt_id, order_hash=order
        ),
    )


def force_transfer(receipt_id: int, to_id: int, order: bytes) -> Command:
    return _warehouse(
        "forceTransfer",
        receipt_id,
        to_id,
        order,
        name="force_receipt",
        apply=lambda ledger, call: ledger.receipt_orders.force_transfer(
            call, receipt_id=receipt_id, to_id=to_id, order_hash=order
        ),
    )


def cancel(receipt_id: int, lots: Sequence[bytes], order: bytes) -> Command:
    return _warehouse(
        "cancel",
        receipt_id,
        list(lots),
        order,
        name="cancel_receipt",
        apply=lambda ledger, call: ledger.receipt_orders.cancel(
            call, receipt_id=receipt_id, lots=lots, order_hash=order
        ),
    )


def _sequence(ledger: Ledger, receipt_id: int) -> int:
    receipt = ledger.state.receipts.get(receipt_id)
    return 0 if receipt is None else receipt.sequence
