"""The hash by which a note is bound to its invoices."""

from __future__ import annotations

from collections.abc import Sequence

from eth_utils import keccak

from counterfoil.domain.events.ledger_events import InvoiceShare

_WORD = 32


def shares_hash(shares: Sequence[InvoiceShare]) -> bytes:
    """keccak256 of the shares in the contracts' ABI encoding: offset, count, three words a share."""
    words = [_WORD.to_bytes(_WORD, "big"), len(shares).to_bytes(_WORD, "big")]
    for share in shares:
        words.append(share.fingerprint)
        words.append(share.payable_minor.to_bytes(_WORD, "big"))
        words.append(share.amount_minor.to_bytes(_WORD, "big"))
    return keccak(b"".join(words))
