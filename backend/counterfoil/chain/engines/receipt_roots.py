"""The root of a block's receipts: what a header says of all their logs in 32 bytes, computed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.chain.engines.ordered_trie import root_of_list
from counterfoil.chain.engines.rlp_bytes import list_of, number_of, text_of

Json = Mapping[str, Any]


def kaia_receipts_root(receipts: Sequence[Json]) -> str:
    """Of receipts in their order, as kaia_getBlockReceipts or eth_getBlockReceipts gives them; 0x text.

    A failed receipt has the engine's own number of the failure, which only the former says (txError); without
    it the general one is taken, and the root of a block with another failure does not fit. Raises KeyError,
    TypeError or ValueError for what is no receipt.
    """
    return "0x" + root_of_list([_kaia_receipt(each) for each in receipts]).hex()


def _kaia_receipt(receipt: Json) -> bytes:
    succeeded = int(receipt["status"], 16) == 1
    return list_of(
        (
            number_of(1 if succeeded else int(receipt.get("txError", "0x0"), 16)),
            number_of(int(receipt["gasUsed"], 16)),
            text_of(bytes.fromhex(receipt["logsBloom"][2:])),
            list_of(_log(each) for each in receipt["logs"]),
        )
    )


def _log(log: Json) -> bytes:
    return list_of(
        (
            text_of(bytes.fromhex(log["address"][2:])),
            list_of(text_of(bytes.fromhex(topic[2:])) for topic in log["topics"]),
            text_of(bytes.fromhex(log["data"][2:])),
        )
    )
