"""Commands in two languages, as in commands: liens, cash, financing and settlement."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.domain.ledger import LoanTerms, LotRange, Pledge, PurchaseTerms
from counterfoil.domain.lot import AssetId
from model.commands import Command


def pledge(agreed: Pledge) -> Command:
    return Command(
        name="pledge",
        contract="LienRegistry",
        function="pledge",
        args=(
            (
                agreed.asset_id.number,
                agreed.pledgee_id,
                agreed.secured_minor,
                agreed.registered_at_s,
                agreed.agreement_hash,
                agreed.registration_hash,
            ),
        ),
        apply=lambda ledger, call: ledger.liens.pledge(call, agreed),
    )


def release(asset_id: AssetId, reason: bytes) -> Command:
    return Command(
        name="release",
        contract="LienRegistry",
        function="release",
        args=(asset_id.number, reason),
        apply=lambda ledger, call: ledger.liens.release(call, asset_id=asset_id, reason_hash=reason),
    )


def issue(party_id: int, currency: int, amount_minor: int, deposit: bytes) -> Command:
    return Command(
        name="issue",
        contract="Cash",
        function="issue",
        args=(party_id, currency, amount_minor, deposit),
        apply=lambda ledger, call: ledger.cash.issue(
            call, party_id=party_id, currency=currency, amount_minor=amount_minor, deposit_hash=deposit
        ),
    )


def redeem(currency: int, amount_minor: int, account: bytes) -> Command:
    return Command(
        name="redeem",
        contract="Cash",
        function="redeem",
        args=(currency, amount_minor, account),
        apply=lambda ledger, call: ledger.cash.redeem(
            call, currency=currency, amount_minor=amount_minor, account_hash=account
        ),
    )


def attest_payout(redemption_id: int, payment: bytes) -> Command:
    return Command(
        name="attest_payout",
        contract="Cash",
        function="attestPayout",
        args=(redemption_id, payment),
        apply=lambda ledger, call: ledger.cash.attest_payout(
            call, redemption_id=redemption_id, payment_hash=payment
        ),
    )


def transfer(to_id: int, currency: int, amount_minor: int, reference: bytes) -> Command:
    return Command(
        name="transfer",
        contract="Cash",
        function="transfer",
        args=(to_id, currency, amount_minor, reference),
        apply=lambda ledger, call: ledger.cash.transfer(
            call, to_id=to_id, currency=currency, amount_minor=amount_minor, reference=reference
        ),
    )


def offer_loan(terms: LoanTerms) -> Command:
    return Command(
        name="offer_loan",
        contract="Financing",
        function="offerLoan",
        args=(
            (
                terms.lot_id.number,
                terms.principal_minor,
                terms.rate_bps,
                terms.day_basis,
                terms.due_at_s,
                terms.expires_at_s,
                terms.registered_at_s,
                terms.agreement_hash,
                terms.registration_hash,
            ),
        ),
        apply=lambda ledger, call: ledger.financings.offer_loan(call, terms),
    )


def offer_purchase(terms: PurchaseTerms) -> Command:
    return Command(
        name="offer_purchase",
        contract="Financing",
        function="offerPurchase",
        args=((terms.lot_id.number, terms.price_minor, terms.expires_at_s, terms.agreement_hash),),
        apply=lambda ledger, call: ledger.financings.offer_purchase(call, terms),
    )


def withdraw_offer(financing_id: int) -> Command:
    return Command(
        name="withdraw_offer",
        contract="Financing",
        function="withdrawOffer",
        args=(financing_id,),
        apply=lambda ledger, call: ledger.financings.withdraw_offer(call, financing_id=financing_id),
    )


def accept_offer(financing_id: int) -> Command:
    return Command(
        name="accept_offer",
        contract="Financing",
        function="accept",
        args=(financing_id,),
        apply=lambda ledger, call: ledger.financings.accept(call, financing_id=financing_id),
    )


def repay(financing_id: int, amount_minor: int) -> Command:
    return Command(
        name="repay",
        contract="Financing",
        function="repay",
        args=(financing_id, amount_minor),
        apply=lambda ledger, call: ledger.financings.repay(
            call, financing_id=financing_id, amount_minor=amount_minor
        ),
    )


def mark_defaulted(financing_id: int) -> Command:
    return Command(
        name="mark_defaulted",
        contract="Financing",
        function="markDefaulted",
        args=(financing_id,),
        apply=lambda ledger, call: ledger.financings.mark_defaulted(call, financing_id=financing_id),
    )


def settle(note_id: int, amount_minor: int, ranges: Sequence[LotRange]) -> Command:
    return Command(
        name="settle",
        contract="Settlement",
        function="settle",
        args=(note_id, amount_minor, [(each.segment, each.start, each.stop) for each in ranges]),
        apply=lambda ledger, call: ledger.settlement.settle(
            call, note_id=note_id, amount_minor=amount_minor, ranges=ranges
        ),
    )
