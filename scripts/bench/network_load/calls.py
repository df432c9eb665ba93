"""Input bytes of the contracts' functions that the load uses, by hand.

A general encoder looks every type up anew, which costs the generator more than the signature does; a test
compares each of these with that encoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import CASH, FINANCING, LEDGER, LIENS, SETTLEMENT, WHOLE_DEBT

EUR = 978
WORD = 32
_LOT_KIND = 1 << 248

Amounts = Sequence[tuple[int, int]]
"""Amount in minor units and holder of each child of a split."""
LotRun = tuple[int, int, int]
"""Segment, first and last index of lots that lie beside each other."""


def lot_id(note: int, segment: int = 0, index: int = 0) -> int:
    """A lot's number on chain; the note's undivided lot by default."""
    return note << 40 | segment << 16 | index


def asset_of(lot: int) -> int:
    """A lot as the lien registry names it."""
    return _LOT_KIND | lot


@lru_cache(maxsize=64)
def selector(contract: str, function: str, arguments: int) -> bytes:
    """The first four bytes of a call's input."""
    return load_artifact(contract).abi.function(function, arguments).selector


def words(values: Iterable[int]) -> bytes:
    """Numbers as ABI words."""
    return b"".join(value.to_bytes(WORD, "big") for value in values)


def propose(
    *, debtor: int, creditor: int, maturity_at_s: int, terms: bytes, invoice: bytes, face_minor: int
) -> bytes:
    """Ledger.propose over one invoice that the note takes whole."""
    head = words((WORD, debtor, creditor, EUR, maturity_at_s))
    tail = words((6 * WORD, 1)) + invoice + words((face_minor, face_minor))
    return selector(LEDGER, "propose", 1) + head + terms + tail


def confirm(note: int, face_minor: int) -> bytes:
    """Ledger.confirm."""
    return selector(LEDGER, "confirm", 2) + words((note, face_minor))


def split(lot: int, children: Amounts, background: bytes) -> bytes:
    """Ledger.split."""
    tail = words(number for child in children for number in child)
    return selector(LEDGER, "split", 3) + words((lot, 3 * WORD)) + background + words((len(children),)) + tail


def assign(lot: int, to: int, background: bytes) -> bytes:
    """Ledger.assign."""
    return selector(LEDGER, "assign", 3) + words((lot, to)) + background


def accept_in_advance() -> bytes:
    """Ledger.setStandingAcceptance of every debtor's notes."""
    return selector(LEDGER, "setStandingAcceptance", 2) + words((0, 1))


def pledge(lot: int, *, pledgee: int, secured_minor: int, agreement: bytes) -> bytes:
    """LienRegistry.pledge of a lot for a claim outside the ledger; the agreement is its registration too."""
    return (
        selector(LIENS, "pledge", 1)
        + words((asset_of(lot), pledgee, secured_minor, 0))
        + agreement
        + agreement
    )


def offer_loan(lot: int, *, principal_minor: int, due_at_s: int, agreement: bytes) -> bytes:
    """Financing.offerLoan at 4.5 % a year of 360 days; the offer stands until the loan would be due."""
    terms = words((lot, principal_minor, 450, 360, due_at_s, due_at_s, 0))
    return selector(FINANCING, "offerLoan", 1) + terms + agreement + agreement


def offer_purchase(lot: int, *, price_minor: int, expires_at_s: int, agreement: bytes) -> bytes:
    """Financing.offerPurchase."""
    return selector(FINANCING, "offerPurchase", 1) + words((lot, price_minor, expires_at_s)) + agreement


def accept_offer(financing: int) -> bytes:
    """Financing.accept: the loan is drawn down, or the lot sold."""
    return selector(FINANCING, "accept", 1) + words((financing,))


def repay_all(financing: int) -> bytes:
    """Financing.repay of whatever is owed."""
    return selector(FINANCING, "repay", 2) + words((financing, WHOLE_DEBT))


def settle(note: int, amount_minor: int, runs: Sequence[LotRun]) -> bytes:
    """Settlement.settle."""
    tail = words(number for run in runs for number in run)
    return selector(SETTLEMENT, "settle", 3) + words((note, amount_minor, 3 * WORD, len(runs))) + tail


def issue_cash(party: int, amount_minor: int, deposit: bytes) -> bytes:
    """Cash.issue in euros."""
    return selector(CASH, "issue", 4) + words((party, EUR, amount_minor)) + deposit
