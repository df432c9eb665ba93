"""Transactions of a lane on their way: sent, sent again, looked for, taken off a place that others have.

Every answer of a node leads to a stated next look; none leads to a loop. What a transaction waits for stands
in its row and in those of its commands.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.commands import StepRecord
from counterfoil.ports.outbox import (
    OPEN_TRANSACTIONS,
    Broadcast,
    BroadcastAnswer,
    MinedTransaction,
    SignedTransaction,
    TransactionRecord,
    TransactionState,
)
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.outbox.fault_points import (
    BEFORE_RECOVERY,
    BROADCAST_DONE,
    BROADCAST_STORED,
    RECEIPT_READ,
    RECEIPT_STORED,
    RECOVERED,
)
from counterfoil.usecases.outbox.problems import TOO_LARGE
from counterfoil.usecases.outbox.sending_desk import SendingDesk
from counterfoil.usecases.outbox.settling import is_whole, refuse, settle
from counterfoil.usecases.outbox.signatures import RELAYED_NEXT

_log = logging.getLogger("counterfoil.outbox")
_LONGEST_WAIT = timedelta(seconds=30)
_FOR_A_BLOCK = "a block of the chain"


@dataclass(slots=True)
class LaneKeeper:
    """Follows the transactions of all lanes. budget: most gas of a batch, less where a node refused more."""

    desk: SendingDesk
    budget: int
    _spent_since: dict[int, datetime] = field(default_factory=dict)
    _orgs: dict[int, frozenset[str]] = field(default_factory=dict)
    _begun: bool = False

    def recover(self) -> None:
        """Open the lanes, and send again at once what was signed before this process began.

        The next nonce of a lane is what the store says, or more where the chain has counted others: the only
        moment at which the chain is asked for it.
        """
        self.desk.at(BEFORE_RECOVERY)
        for lane in self.desk.lanes:
            expected = self.desk.relay.next_nonce(lane.address, pending=True)
            with self.desk.store.concurrent() as work:
                work.outbox.open_lane(lane.address, at_least=expected)
        kept = self.open_transactions()
        found = self.desk.relay.mined([each.tx_hash for each in kept])
        self.send([each for each, mined in zip(kept, found, strict=True) if mined is None])
        self._begun = True
        self.desk.at(RECOVERED)

    @property
    def has_recovered(self) -> bool:
        """Whether `recover` has succeeded in this process."""
        return self._begun

    def open_transactions(self) -> tuple[TransactionRecord, ...]:
        """Everything that is signed and not yet final, by lane and nonce."""
        with self.desk.store.read() as work:
            return work.outbox.transactions(OPEN_TRANSACTIONS)

    def organisations_of(self, transactions: Sequence[TransactionRecord]) -> Mapping[str, str]:
        """The lane of each organisation that has commands in these transactions, which are all open ones.

        Its later commands go the same way, so that none takes effect before an earlier one of it.
        """
        unknown = [each.tx_id for each in transactions if each.tx_id not in self._orgs]
        if unknown:
            with self.desk.store.read() as work:
                for tx_id in unknown:
                    ids = {step.command_id for step in work.commands.steps_in_transaction(tx_id)}
                    self._orgs[tx_id] = frozenset(each.org_id for each in work.commands.by_ids(ids))
        self._orgs = {each.tx_id: self._orgs[each.tx_id] for each in transactions}
        return {org_id: each.lane for each in transactions for org_id in self._orgs[each.tx_id]}

    def follow(self) -> bool:
        """Look at each open transaction once; whether anything moved on."""
        return self.look_at(self.open_transactions())

    def look_at(self, transactions: Sequence[TransactionRecord]) -> bool:
        """Look for receipts, and send again what it is time for; whether anything moved on."""
        found = self.desk.relay.mined([each.tx_hash for each in transactions]) if transactions else ()
        moved, again = False, list[TransactionRecord]()
        for transaction, mined in zip(transactions, found, strict=True):
            if mined is not None:
                moved |= self._settle(transaction, mined)
            elif transaction.state is TransactionState.MINED:
                # Its block is gone: it waits for another one.
                back = self._say(transaction, _FOR_A_BLOCK, state=TransactionState.SENT)
                again += [] if back is None else [back]
            elif self._is_due(transaction):
                again.append(transaction)
        return self.send(again) or moved

    def _settle(self, transaction: TransactionRecord, mined: MinedTransaction) -> bool:
        """Take over what a receipt says, where it is final and whole; whether anything moved on."""
        self.desk.at(RECEIPT_READ)
        self._spent_since.pop(transaction.tx_id, None)
        with self.desk.store.read() as work:
            steps = work.commands.steps_in_transaction(transaction.tx_id)
        if not is_whole(mined, steps):
            self._say(transaction, "a receipt of the node that has all events")
            return False
        head, _ = self.desk.relay.head()
        if head < mined.block_number + self.desk.confirmations:
            return self._keep_receipt(transaction, mined)
        missing = self._missing_in_index(mined)
        if missing is not None:
            self._say(transaction, missing)
            return False
        settle(self.desk, transaction, mined, steps)
        return True

    def _missing_in_index(self, mined: MinedTransaction) -> str | None:
        """What the index lacks before the outcome can be taken over, None where it has the very block.

        A node that lags behind another one may tell of a branch that the index does not follow any more.
        """
        self.desk.read_model.sync()
        if self.desk.read_model.block_number < mined.block_number:
            return f"the index to reach block {mined.block_number}"
        with self.desk.store.read() as work:
            heads = work.chain_log.recent_heads()
        if any(each.number == mined.block_number and each.block_hash != mined.block_hash for each in heads):
            return f"node and index to agree on block {mined.block_number}"
        return None

    def _keep_receipt(self, transaction: TransactionRecord, mined: MinedTransaction) -> bool:
        if transaction.state is TransactionState.MINED and transaction.block_hash == mined.block_hash:
            return False
        more = f"{self.desk.confirmations} blocks on top of block {mined.block_number}"
        self._say(
            transaction,
            more,
            state=TransactionState.MINED,
            block_number=mined.block_number,
            block_hash=mined.block_hash,
        )
        self.desk.at(RECEIPT_STORED)
        return True

    def _is_due(self, transaction: TransactionRecord) -> bool:
        last = transaction.last_sent_at
        now = self.desk.now()
        if last is None or last > now:
            return True
        doubled: int = 2 ** min(transaction.sent_count, 10)
        return now >= last + min(self.desk.resend_after * doubled, _LONGEST_WAIT)

    # -- sending --

    def send(self, transactions: Sequence[TransactionRecord]) -> bool:
        """Send bytes in one request, for the first time or again, and act on the answers; whether any was
        taken. Those of a lane stand in the order of their nonces.
        """
        if not transactions:
            return False
        told = self.desk.relay.broadcast(
            [SignedTransaction(raw=each.raw, tx_hash=each.tx_hash) for each in transactions]
        )
        self.desk.at(BROADCAST_DONE)
        taken = [self._answered(each, answer) for each, answer in zip(transactions, told, strict=True)]
        return any(taken)

    def _answered(self, transaction: TransactionRecord, told: Broadcast) -> bool:
        now = self.desk.now()
        sent: dict[str, Any] = {"last_sent_at": now, "sent_count": transaction.sent_count + 1}
        if told.answer is BroadcastAnswer.TAKEN:
            sent |= {"state": TransactionState.SENT, "first_sent_at": transaction.first_sent_at or now}
        counted = self._say(transaction, _sentence(told), **sent)
        self.desk.at(BROADCAST_STORED)
        if counted is not None:
            self._act_on(counted, told)
        return told.answer is BroadcastAnswer.TAKEN

    def _act_on(self, transaction: TransactionRecord, told: Broadcast) -> None:
        match told.answer:
            case BroadcastAnswer.TAKEN:
                pass
            case BroadcastAnswer.NONCE_SPENT:
                self._give_up_place(transaction)
            case BroadcastAnswer.TOO_MUCH_GAS:
                self._rebuild_smaller(transaction)
            case (
                BroadcastAnswer.NONCE_GAP
                | BroadcastAnswer.UNDERPRICED
                | BroadcastAnswer.FULL
                | BroadcastAnswer.UNREACHABLE
                | BroadcastAnswer.UNKNOWN
            ):
                # Sent again, later each time; its row says why it waits.
                _log.warning(
                    "transaction waits",
                    extra={"tx_hash": transaction.tx_hash, "code": told.answer.value},
                )
            case _:
                assert_never(told.answer)

    def _give_up_place(self, transaction: TransactionRecord) -> None:
        """The nonce is used. By these very bytes, if their receipt is only late; else by somebody else's.

        Only when the chain itself counts past the nonce, knows nothing of the bytes, and has had time to show
        them, do the instructions go into another transaction. Should the bytes have been there after all, the
        contract refuses the second copy, and the first one is found.
        """
        relay, now = self.desk.relay, self.desk.now()
        (mined,) = relay.mined([transaction.tx_hash])
        if mined is not None or relay.is_known(transaction.tx_hash):
            return
        if relay.next_nonce(transaction.lane, pending=False) <= transaction.nonce:
            return
        since = self._spent_since.setdefault(transaction.tx_id, now)
        if now - since < self.desk.patience:
            return
        expected = relay.next_nonce(transaction.lane, pending=True)
        with self.desk.store.concurrent() as work:
            if self._replace(work, transaction):
                work.outbox.open_lane(transaction.lane, at_least=expected)
        del self._spent_since[transaction.tx_id]
        _log.error("a foreign transaction took a nonce", extra={"tx_hash": transaction.tx_hash})

    def _replace(self, work: ServiceUnitOfWork, transaction: TransactionRecord) -> bool:
        """Take the transaction off its place; its instructions wait for another one."""
        replaced = work.outbox.change_transaction(
            transaction, state=TransactionState.REPLACED, waiting_for=""
        )
        if replaced is None:
            return False
        self._give_back(work, work.commands.steps_in_transaction(transaction.tx_id))
        return True

    def _give_back(self, work: ServiceUnitOfWork, steps: tuple[StepRecord, ...]) -> None:
        commands = {each.command_id: each for each in work.commands.by_ids(s.command_id for s in steps)}
        for step in steps:
            if work.commands.change_step(step, state=StepState.SIGNED, tx_id=None) is not None:
                work.commands.change(
                    commands[step.command_id],
                    now=self.desk.now(),
                    state=CommandState.READY,
                    waiting_for=RELAYED_NEXT,
                )

    def _rebuild_smaller(self, transaction: TransactionRecord) -> None:
        """No block has room for it: the first half of its instructions takes its nonce, the rest waits.

        A single one that is too large is refused for its size; then an empty batch fills the place, so that
        later nonces do not wait for it.
        """
        lane = next((each for each in self.desk.lanes if each.address == transaction.lane), None)
        if lane is None:
            return
        with self.desk.store.concurrent() as work:
            steps = work.commands.steps_in_transaction(transaction.tx_id)
            kept = steps[: len(steps) // 2]
            replaced = work.outbox.change_transaction(
                transaction, state=TransactionState.REPLACED, waiting_for=""
            )
            if replaced is None:
                return
            if kept:
                self._give_back(work, steps[len(kept) :])
            else:
                self._refuse_for_size(work, steps)
            signed = self.desk.relay.sign_batch(kept, lane=lane, nonce=transaction.nonce)
            smaller = work.outbox.add_transaction(
                lane=transaction.lane,
                nonce=transaction.nonce,
                raw=signed.raw,
                tx_hash=signed.tx_hash,
                now=self.desk.now(),
                replaces=transaction.tx_id,
            )
            if smaller is None:
                raise TypeError("a transaction that replaces another needs no free nonce")
            for step in kept:
                work.commands.change_step(step, tx_id=smaller.tx_id)
        if kept:
            # A single one is refused for itself; that says nothing of others together.
            self.budget = min(self.budget, self.desk.relay.gas_of_batch(steps) // 2)
        _log.warning("a batch was too large", extra={"tx_hash": transaction.tx_hash, "count": len(steps)})

    def _refuse_for_size(self, work: ServiceUnitOfWork, steps: tuple[StepRecord, ...]) -> None:
        for step in steps:
            work.commands.change_step(step, state=StepState.VOID)
        for command in work.commands.by_ids(step.command_id for step in steps):
            refuse(self.desk, work, command, CounterfoilError(TOO_LARGE))

    def _say(self, transaction: TransactionRecord, sentence: str, **columns: Any) -> TransactionRecord | None:
        """Keep what the transaction waits for, and tell its commands where that is something new."""
        if not columns and transaction.waiting_for == sentence:
            return transaction
        with self.desk.store.concurrent() as work:
            changed = work.outbox.change_transaction(transaction, waiting_for=sentence, **columns)
            # Commands are told "a block" when they are put into a transaction.
            is_first_sending = transaction.sent_count == 0 and sentence == _FOR_A_BLOCK
            if changed is not None and sentence != transaction.waiting_for and not is_first_sending:
                ids = {step.command_id for step in work.commands.steps_in_transaction(transaction.tx_id)}
                for command in work.commands.by_ids(ids):
                    work.commands.change(command, now=self.desk.now(), waiting_for=sentence)
        return changed


_SENTENCES: Mapping[BroadcastAnswer, str] = {
    BroadcastAnswer.TAKEN: _FOR_A_BLOCK,
    BroadcastAnswer.NONCE_SPENT: "the node to show which transaction has its nonce",
    BroadcastAnswer.NONCE_GAP: "earlier transactions of the sending key",
    BroadcastAnswer.UNDERPRICED: "a node that takes transactions at no price (it said: {words})",
    BroadcastAnswer.TOO_MUCH_GAS: "a smaller transaction (the node said: {words})",
    BroadcastAnswer.FULL: "room at the node (it said: {words})",
    BroadcastAnswer.UNREACHABLE: "an answer of the node ({words})",
    BroadcastAnswer.UNKNOWN: "whoever runs the node: it refuses the transaction ({words})",
}
"""What a transaction waits for after each answer."""


def _sentence(told: Broadcast) -> str:
    return _SENTENCES[told.answer].format(words=told.words)
