"""A block while transactions are being put into it, and the checks a transaction passes before."""

from __future__ import annotations

from eth.abc import BlockAPI, ReceiptAPI, SignedTransactionAPI, VirtualMachineAPI
from eth.exceptions import UnrecognizedTransactionType
from eth.vm.forks.cancun.constants import BLOB_TX_TYPE
from eth_keys.exceptions import BadSignature
from eth_keys.exceptions import ValidationError as KeyValidationError
from eth_utils import ValidationError
from rlp.exceptions import RLPException

from counterfoil.chain.embedded.refusals import TransactionRefusedError
from counterfoil.chain.embedded.vm import EmbeddedVM


def decode_transaction(raw: bytes, chain_id: int) -> SignedTransactionAPI:
    """Signed bytes as a transaction whose form, signature and chain id are right.

    Raises TransactionRefusedError. A transaction without chain id could be replayed elsewhere and is refused
    too.
    """
    if not raw:
        raise TransactionRefusedError("typed transaction too short")
    if raw[0] == BLOB_TX_TYPE:
        raise TransactionRefusedError("transaction type not supported")
    try:
        transaction = EmbeddedVM.get_transaction_builder().decode(raw)
        _check_intrinsic_gas(transaction)
        transaction.validate()  # the signature included
        transaction.sender  # noqa: B018  # recovering the key is part of the check
    except UnrecognizedTransactionType as unknown:
        raise TransactionRefusedError("transaction type not supported") from unknown
    except (RLPException, TypeError, IndexError) as malformed:
        raise TransactionRefusedError(f"rlp: {malformed}") from malformed
    except (ValidationError, KeyValidationError, BadSignature) as invalid:
        raise TransactionRefusedError(f"invalid signature or field: {invalid}") from invalid
    if transaction.chain_id is None:
        raise TransactionRefusedError("only replay-protected (EIP-155) transactions allowed over RPC")
    if transaction.chain_id != chain_id:
        raise TransactionRefusedError(
            f"invalid chain id for signer: have {transaction.chain_id} want {chain_id}"
        )
    return transaction


def _check_intrinsic_gas(transaction: SignedTransactionAPI) -> None:
    if transaction.gas < transaction.intrinsic_gas:
        raise TransactionRefusedError(
            f"intrinsic gas too low: gas {transaction.gas}, minimum needed {transaction.intrinsic_gas}"
        )


class BlockDraft:
    """An unfinished block on top of the head: its machine, its transactions and their receipts."""

    def __init__(self, vm: VirtualMachineAPI) -> None:
        self.vm = vm
        self.header = vm.get_header()
        self.transactions: list[SignedTransactionAPI] = []
        self.receipts: list[ReceiptAPI] = []

    def has_room_for(self, transaction: SignedTransactionAPI) -> bool:
        """Whether the gas limit of the transaction fits into what the block has left."""
        return bool(self.header.gas_used + transaction.gas <= self.header.gas_limit)

    def add(self, transaction: SignedTransactionAPI) -> None:
        """Execute the transaction as the next of the block; TransactionRefusedError leaves no trace.

        A transaction that reverts is not refused: it takes its place in the block with a failed receipt.
        """
        if transaction.gas > self.header.gas_limit:
            raise TransactionRefusedError("exceeds block gas limit")
        expected = self.vm.state.get_nonce(transaction.sender)
        if transaction.nonce != expected:
            word = "low" if transaction.nonce < expected else "high"
            raise TransactionRefusedError(
                f"nonce too {word}: next nonce {expected}, tx nonce {transaction.nonce}"
            )
        try:
            receipt, _ = self.vm.apply_transaction(self.header, transaction)
        except ValidationError as invalid:
            raise TransactionRefusedError(str(invalid)) from invalid
        self.header = self.vm.add_receipt_to_header(self.header, receipt)
        self.transactions.append(transaction)
        self.receipts.append(receipt)

    def finish(self) -> BlockAPI:
        """The finished block; its state, transactions and receipts are among the store's pending writes."""
        filled = self.vm.set_block_transactions_and_withdrawals(
            self.vm.get_block(), self.header, tuple(self.transactions), tuple(self.receipts)
        )
        # Not `mine_block`: it derives once more what was derived a line ago, at a third of a block's cost.
        return self.vm.finalize_block(filled).block
