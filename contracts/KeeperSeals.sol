// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {IReceipts} from "./interfaces/IReceipts.sol";
import {PartyId, ReceiptId} from "./types/Ids.sol";

/// @title The keeper's seal
/// @dev A signature in place of a second transaction: title moves at once or not at all, and for less gas
/// (docs/decisions/0006-goods.md). The receipt's sequence is its nonce, so nothing is stored for it.
abstract contract KeeperSeals is LedgerClient, EIP712 {
    bytes32 private constant SEAL_TYPE =
        keccak256("KeeperSeal(string act,uint64 receipt,uint16 sequence,uint24 to,bytes32 terms,uint40 deadline)");
    bytes32 internal constant ACT_TRANSFER = keccak256("transfer");
    bytes32 internal constant ACT_SPLIT = keccak256("split");
    bytes32 internal constant ACT_MERGE = keccak256("merge");

    constructor() EIP712("Counterfoil Warehouse", "1") {}

    /// @dev `actHash` and `sequence` are the contract's own, `to` and `terms` are what is about to happen.
    function _requireSeal(
        bytes32 actHash,
        ReceiptId receipt,
        uint16 sequence,
        PartyId keeper,
        PartyId to,
        bytes32 terms,
        IReceipts.Seal memory seal
    ) internal view {
        if (block.timestamp > seal.deadline) revert IReceipts.SealExpired(seal.deadline, block.timestamp);
        bytes32 digest = _sealDigest(actHash, receipt, sequence, to, terms, seal.deadline);
        // A seal over other terms recovers to some address of nobody; the answer is the same for all that is not the
        // keeper's.
        (address key,,) = ECDSA.tryRecover(digest, seal.signature);
        PartyId signer;
        try LEDGER.actorOf(key) returns (PartyId party, uint32) {
            signer = party;
        } catch {}
        if (signer != keeper) revert IReceipts.SealNotKeepers(receipt, signer);
    }

    function _sealDigest(
        bytes32 actHash,
        ReceiptId receipt,
        uint16 sequence,
        PartyId to,
        bytes32 terms,
        uint40 deadline
    ) internal view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(SEAL_TYPE, actHash, receipt, sequence, to, terms, deadline)));
    }
}
