"""Commands over cash (contracts/interfaces/ICash.sol). Balances belong to parties; there is no pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events.cash_events import PartyPayment
from counterfoil.domain.ledger.book import NO_HASH, Book, Call, refuse
from counterfoil.domain.refusals import money_refusals as codes
from counterfoil.domain.state.ledger_state import Redemption
from counterfoil.domain.states import Office


class Cash:
    """The bank's and the holders' commands, and the money legs of financing and settlement."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._state = book.state

    def issue(
        self, call: Call, *, party_id: int, currency: int, amount_minor: int, deposit_hash: bytes
    ) -> None:
        """Book a deposit, once."""
        self._book.require_office(call, Office.BANK)
        if deposit_hash == NO_HASH:
            refuse(codes.REFERENCE_MISSING)
        if deposit_hash in self._state.deposits:
            refuse(codes.DEPOSIT_USED, deposit_hash=deposit_hash)
        if amount_minor == 0:
            refuse(codes.CASH_AMOUNT_ZERO)
        self._book.party(party_id)
        self._state.deposits.add(deposit_hash)
        self._state.issued[currency] += amount_minor
        self._state.balances[party_id, currency] += amount_minor
        self._book.record(
            call,
            cash.CashIssued(
                party_id=party_id, currency=currency, amount_minor=amount_minor, deposit_hash=deposit_hash
            ),
        )

    def redeem(self, call: Call, *, currency: int, amount_minor: int, account_hash: bytes) -> int:
        """Take cash off the ledger; returns the number of the redemption that the bank owes."""
        party_id = self._book.actor(call).party_id
        if account_hash == NO_HASH:
            refuse(codes.REFERENCE_MISSING)
        self.require(party_id, currency, amount_minor)
        redemption_id = len(self._state.redemptions) + 1
        self._state.balances[party_id, currency] -= amount_minor
        self._state.redeemed[currency] += amount_minor
        self._state.redemptions[redemption_id] = Redemption(
            party_id=party_id, currency=currency, amount_minor=amount_minor
        )
        self._book.record(
            call,
            cash.CashRedeemed(
                redemption_id=redemption_id,
                party_id=party_id,
                currency=currency,
                amount_minor=amount_minor,
                account_hash=account_hash,
            ),
        )
        return redemption_id

    def attest_payout(self, call: Call, *, redemption_id: int, payment_hash: bytes) -> None:
        """Record that the bank paid a redemption."""
        self._book.require_office(call, Office.BANK)
        if payment_hash == NO_HASH:
            refuse(codes.REFERENCE_MISSING)
        redemption = self._state.redemptions.get(redemption_id)
        if redemption is None:
            refuse(codes.REDEMPTION_UNKNOWN, redemption=redemption_id)
        if redemption.paid:
            refuse(codes.REDEMPTION_PAID, redemption=redemption_id)
        self._state.redemptions[redemption_id] = replace(redemption, paid=True)
        self._book.record(call, cash.PayoutAttested(redemption_id=redemption_id, payment_hash=payment_hash))

    def transfer(self, call: Call, *, to_id: int, currency: int, amount_minor: int, reference: bytes) -> None:
        """Pay another party."""
        from_id = self._book.actor(call).party_id
        if reference == NO_HASH:
            refuse(codes.REFERENCE_MISSING)
        self._book.party(to_id)
        self.pay(
            call,
            from_id=from_id,
            to_id=to_id,
            currency=currency,
            amount_minor=amount_minor,
            reference=reference,
        )

    # -- the money legs --

    def pay(
        self, call: Call, *, from_id: int, to_id: int, currency: int, amount_minor: int, reference: bytes
    ) -> None:
        """Move money that is there; refuses otherwise."""
        self.require_movable(from_id=from_id, to_id=to_id, currency=currency, amount_minor=amount_minor)
        self.move(
            call,
            from_id=from_id,
            to_id=to_id,
            currency=currency,
            amount_minor=amount_minor,
            reference=reference,
        )

    def require(self, party_id: int, currency: int, amount_minor: int) -> None:
        """Refuse unless the amount is positive and the party has it."""
        if amount_minor == 0:
            refuse(codes.CASH_AMOUNT_ZERO)
        balance = self._state.balance_of(party_id, currency)
        if balance < amount_minor:
            refuse(
                codes.CASH_INSUFFICIENT,
                party=party_id,
                currency=currency,
                balance_minor=balance,
                needed_minor=amount_minor,
            )

    def require_movable(self, *, from_id: int, to_id: int, currency: int, amount_minor: int) -> None:
        """Refuse what `move` could not do."""
        if from_id == to_id:
            refuse(codes.CASH_TO_SELF, party=from_id)
        self.require(from_id, currency, amount_minor)

    def move(
        self, call: Call, *, from_id: int, to_id: int, currency: int, amount_minor: int, reference: bytes
    ) -> None:
        """Move what `require_movable` has seen."""
        self._state.balances[from_id, currency] -= amount_minor
        self._state.balances[to_id, currency] += amount_minor
        self._book.record(
            call,
            cash.CashMoved(
                from_id=from_id,
                to_id=to_id,
                currency=currency,
                amount_minor=amount_minor,
                reference=reference,
            ),
        )

    def require_settleable(self, *, from_id: int, currency: int, payments: Mapping[int, int]) -> None:
        """Refuse unless the payer has the sum; what it receives itself counts."""
        needed = sum(payments.values())
        balance = self._state.balance_of(from_id, currency) + payments.get(from_id, 0)
        if balance < needed:
            refuse(
                codes.CASH_INSUFFICIENT,
                party=from_id,
                currency=currency,
                balance_minor=balance,
                needed_minor=needed,
            )

    def settle(
        self, call: Call, *, from_id: int, currency: int, payments: Mapping[int, int], reference: bytes
    ) -> None:
        """Pay many parties, each once, what `require_settleable` has seen."""
        for party_id, amount_minor in payments.items():
            self._state.balances[party_id, currency] += amount_minor
        self._state.balances[from_id, currency] -= sum(payments.values())
        self._book.record(
            call,
            cash.CashSettled(
                from_id=from_id,
                currency=currency,
                payments=tuple(
                    PartyPayment(party_id=party_id, amount_minor=amount_minor)
                    for party_id, amount_minor in payments.items()
                ),
                reference=reference,
            ),
        )
