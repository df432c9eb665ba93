"""Financing, cash and settlement as contract calls."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.chain.contract_calls import CASH, FINANCING, SETTLEMENT, WHOLE_DEBT, ContractCalls
from counterfoil.domain.lot import LotId
from counterfoil.ports.engine import Receipt, Signer


class MoneyCalls(ContractCalls):
    """counterfoil.ports.ledger.MoneyCommands on the contracts."""

    def offer_loan(
        self,
        *,
        by: Signer,
        lot_id: LotId,
        principal_minor: int,
        rate_bps: int,
        day_basis: int,
        due_at_s: int,
        expires_at_s: int,
        registered_at_s: int,
        agreement_hash: bytes,
        registration_hash: bytes,
    ) -> Receipt:
        """Offer a loan against a lot."""
        terms = (
            lot_id.number,
            principal_minor,
            rate_bps,
            day_basis,
            due_at_s,
            expires_at_s,
            registered_at_s,
            agreement_hash,
            registration_hash,
        )
        return self._send(by, FINANCING, "offerLoan", terms)

    def offer_purchase(
        self, *, by: Signer, lot_id: LotId, price_minor: int, expires_at_s: int, agreement_hash: bytes
    ) -> Receipt:
        """Offer to buy a lot."""
        terms = (lot_id.number, price_minor, expires_at_s, agreement_hash)
        return self._send(by, FINANCING, "offerPurchase", terms)

    def withdraw_offer(self, *, by: Signer, financing_id: int) -> Receipt:
        """Take an offer back."""
        return self._send(by, FINANCING, "withdrawOffer", financing_id)

    def accept_offer(self, *, by: Signer, financing_id: int) -> Receipt:
        """Take an offer: money and asset change hands."""
        return self._send(by, FINANCING, "accept", financing_id)

    def repay_loan(self, *, by: Signer, financing_id: int, amount_minor: int | None) -> Receipt:
        """Pay a loan back; None pays the whole debt."""
        paid = WHOLE_DEBT if amount_minor is None else amount_minor
        return self._send(by, FINANCING, "repay", financing_id, paid)

    def mark_defaulted(self, *, by: Signer, financing_id: int) -> Receipt:
        """Record that a loan was not paid when due."""
        return self._send(by, FINANCING, "markDefaulted", financing_id)

    def issue_cash(
        self, *, by: Signer, party_id: int, currency: int, amount_minor: int, deposit_hash: bytes
    ) -> Receipt:
        """Book a deposit."""
        return self._send(by, CASH, "issue", party_id, currency, amount_minor, deposit_hash)

    def redeem_cash(self, *, by: Signer, currency: int, amount_minor: int, account_hash: bytes) -> Receipt:
        """Take cash off the ledger."""
        return self._send(by, CASH, "redeem", currency, amount_minor, account_hash)

    def attest_payout(self, *, by: Signer, redemption_id: int, payment_hash: bytes) -> Receipt:
        """Record the payment of a redemption."""
        return self._send(by, CASH, "attestPayout", redemption_id, payment_hash)

    def transfer_cash(
        self, *, by: Signer, to_id: int, currency: int, amount_minor: int, reference: bytes
    ) -> Receipt:
        """Pay another party."""
        return self._send(by, CASH, "transfer", to_id, currency, amount_minor, reference)

    def settle_note(
        self, *, by: Signer, note_id: int, amount_minor: int, runs: Sequence[tuple[int, int, int]]
    ) -> Receipt:
        """Pay the holders of these runs of lots their shares of a round of `amount_minor`."""
        return self._send(by, SETTLEMENT, "settle", note_id, amount_minor, list(runs))
