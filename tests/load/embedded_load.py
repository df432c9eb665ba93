"""The load on the embedded chain: the same stories and the same driver, each call in a block of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from network_load.book import Book
from network_load.checks import Comparison, compare
from network_load.drive import Drive
from network_load.ledger_setup import addresses_of, domain_of, set_up
from network_load.mix import Mix
from network_load.parties import Cast
from network_load.relaying import RELAYERS, Relay
from network_load.stories import NoteStory, Story

from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.pipeline.flights import Call, FlightEnd, Outcome
from counterfoil.chain.rpc import Rpc

TENOR_S = 1000


class EmbeddedLoad:
    """A ledger, its cast and its book."""

    def __init__(self, folder: Path) -> None:
        self.chain = open_embedded_chain(folder, allow_time_travel=True)
        self.web3 = self.chain.web3
        self.rpc = Rpc(self.web3)
        self.cast = Cast(debtors=2, suppliers=12, funders=2)
        keys = (self.cast.governor, *RELAYERS, *(each.key for each in self.cast.everybody))
        self._keys = {key.address: key for key in keys}
        self.book = Book()
        self.outcomes: list[Outcome] = []
        self.drive: Drive | None = None
        self.deployment = set_up(self.web3, self.cast, submit=self._submit_all)
        self._stories = 0

    def close(self) -> None:
        self.chain.close()

    def _submit_all(self, calls: Sequence[Call]) -> None:
        for call in calls:
            self.submit(call)

    def submit(self, call: Call, *, timeout_s: float | None = None) -> str:
        """As the pipeline's; the block is there at once."""
        assert call.lane is not None
        nonce = self.web3.eth.get_transaction_count(self.web3.to_checksum_address(call.lane))
        signed = self._keys[call.lane].sign_legacy(
            nonce=nonce,
            to=call.to,
            input_bytes=call.input_bytes,
            gas=call.gas,
            chain_id=self.web3.eth.chain_id,
        )
        tx_hash: str = self.rpc.request("eth_sendRawTransaction", "0x" + signed.raw.hex())
        receipt: dict[str, Any] = self.rpc.request("eth_getTransactionReceipt", tx_hash)
        now_s = time.monotonic()
        outcome = Outcome(
            end=FlightEnd.LANDED,
            call=call,
            lane=call.lane,
            nonce=nonce,
            tx_hash=tx_hash,
            submitted_at_s=now_s,
            accepted_at_s=now_s,
            final_at_s=now_s,
            sent_count=1,
            succeeded=int(receipt["status"], 16) == 1,
            gas_used=int(receipt["gasUsed"], 16),
            receipt=receipt,
        )
        self.outcomes.append(outcome)
        if self.drive is not None:
            self.drive.take([outcome])
        return tx_hash

    def story(self, mix: Mix) -> Story:
        self._stories += 1
        return NoteStory(
            mix=mix,
            cast=self.cast,
            book=self.book,
            place=self._stories,
            seed="embedded",
            maturity_at_s=self.chain.now_s() + TENOR_S,
        ).tell()

    def relay(self) -> Relay:
        deadline_s = self.chain.now_s() + 10 * TENOR_S
        return Relay(domain=domain_of(self.deployment), cast=self.cast, seed="relay", deadline_s=deadline_s)

    def tell(self, mix: Mix, stories: int, *, relayed: bool = False) -> Drive:
        """Tell stories of a mix as far as they go before their maturity."""
        return self.tell_these([self.story(mix) for _ in range(stories)], relayed=relayed)

    def tell_these(self, stories: Sequence[Story], *, relayed: bool = False) -> Drive:
        """Tell these stories as far as they go before their maturity."""
        waiting = iter(stories)
        self.drive = Drive(
            addresses=addresses_of(self.deployment),
            cast=self.cast,
            book=self.book,
            new_story=lambda: next(waiting),
            at_work=len(stories),
            relay=self.relay() if relayed else None,
            now_s=self.chain.now_s,
            longest_wait_s=0,
        )
        self.drive.tell(self, stories=len(stories))
        self.drive.finish(self, within_s=60, settle=False)
        return self.drive

    def mature(self) -> None:
        """Let every note fall due, and its debtor pay."""
        assert self.drive is not None
        self.chain.advance_time(2 * TENOR_S)
        self.drive.finish(self, within_s=60)

    def compare(self) -> Comparison:
        return compare(
            self.rpc,
            self.book,
            cast=self.cast,
            addresses=addresses_of(self.deployment),
            block=self.web3.eth.block_number,
        )
