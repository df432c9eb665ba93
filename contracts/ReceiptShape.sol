// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Receipts} from "./Receipts.sol";
import {IReceipts} from "./interfaces/IReceipts.sol";
import {NOBODY, PartyId, ReceiptId} from "./types/Ids.sol";
import {ReceiptState} from "./types/States.sol";

/// @title Receipts cut, joined, and stacked anew
/// @dev Physical lots go over whole. Goods in one lot are parted by stacking them anew first, since only then do the
/// parts lie anywhere.
abstract contract ReceiptShape is Receipts {
    /// @inheritdoc IReceipts
    function split(ReceiptId receipt, Part[] calldata parts, bytes32 remainderRoot, Seal calldata seal)
        external
        returns (ReceiptId firstPart)
    {
        Receipt memory record = _heldBy(receipt, _actingParty());
        if (parts.length == 0) revert PartsMissing();
        _requireUnencumbered(receipt);
        bytes32 terms = keccak256(abi.encode(parts, remainderRoot));
        _requireSeal(ACT_SPLIT, receipt, record.sequence, record.keeper, NOBODY, terms, seal);
        firstPart = ReceiptId.wrap(_receiptCount + 1);
        for (uint256 i = 0; i < parts.length; ++i) {
            _cut(receipt, record, parts[i], remainderRoot);
        }
        _receipts[receipt] = record;
    }

    /// @inheritdoc IReceipts
    function merge(ReceiptId receipt, Source[] calldata sources, bytes32 detailRoot, Seal calldata seal) external {
        PartyId actor = _actingParty();
        Receipt memory record = _heldBy(receipt, actor);
        if (sources.length == 0) revert SourcesMissing();
        if (detailRoot == 0) revert DetailRootMissing();
        _requireUnencumbered(receipt);
        bytes32 terms = keccak256(abi.encode(sources, detailRoot));
        _requireSeal(ACT_MERGE, receipt, record.sequence, record.keeper, NOBODY, terms, seal);
        for (uint256 i = 0; i < sources.length; ++i) {
            _absorb(receipt, record, actor, sources[i], detailRoot);
        }
        _receipts[receipt] = record;
    }

    /// @inheritdoc IReceipts
    function restack(ReceiptId receipt, bytes32[] calldata removed, PhysicalLot[] calldata added, bytes32 reasonHash)
        external
    {
        PartyId actor = _actingParty();
        Receipt storage record = _existing(receipt);
        if (record.keeper != actor) revert NotKeeper(receipt, actor);
        ReceiptState state = record.state;
        if (state != ReceiptState.Released && state != ReceiptState.Disputed && state != ReceiptState.Frozen) {
            _requireState(receipt, state, ReceiptState.Issued);
        }
        if (reasonHash == 0) revert ReasonMissing();
        uint256 lifted = _lift(receipt, removed);
        uint256 laid = _layDown(receipt, added);
        if (lifted != laid) revert LotsDoNotAddUp(receipt, lifted, laid);
        emit LotsRestacked(receipt, removed, added, reasonHash);
    }

    /// @dev `record` is the receipt as it is about to be stored: smaller by what the part takes.
    function _cut(ReceiptId receipt, Receipt memory record, Part memory part, bytes32 remainderRoot)
        internal
        returns (ReceiptId cut)
    {
        if (part.detailRoot == 0 || remainderRoot == 0) revert DetailRootMissing();
        if (part.lots.length == 0) revert LotsMissing();
        cut = ReceiptId.wrap(++_receiptCount);
        uint256 quantity = _moveLots(receipt, cut, part.lots);
        if (quantity >= record.quantity) revert PartTakesAll(receipt);
        uint48 valueMinor = uint48(uint256(record.valueMinor) * quantity / record.quantity);
        record.quantity -= uint64(quantity);
        record.valueMinor -= valueMinor;
        // One step a part, as events come, so that they alone say where the sequence stands.
        record.sequence += 1;
        Receipt memory born = Receipt({
            state: ReceiptState.Issued,
            before: ReceiptState.None,
            holder: record.holder,
            keeper: record.keeper,
            stock: record.stock,
            quantity: uint64(quantity),
            valueMinor: valueMinor,
            currency: record.currency,
            sequence: 0,
            flags: record.flags
        });
        _receipts[cut] = born;
        emit ReceiptSplit(receipt, cut, uint64(quantity), valueMinor, part.detailRoot, remainderRoot, part.lots);
    }

    function _absorb(
        ReceiptId receipt,
        Receipt memory record,
        PartyId actor,
        Source calldata source,
        bytes32 detailRoot
    ) private {
        ReceiptId other = source.receipt;
        Receipt memory absorbed = _heldBy(other, actor);
        if (
            ReceiptId.unwrap(other) == ReceiptId.unwrap(receipt) || absorbed.currency != record.currency
                || absorbed.stock != record.stock
        ) revert MergeUnlike(receipt, other);
        _requireUnencumbered(other);
        uint256 moved = _moveLots(other, receipt, source.lots);
        if (moved != absorbed.quantity) revert LotsDoNotAddUp(other, absorbed.quantity, moved);
        uint256 quantity = uint256(record.quantity) + moved;
        uint256 valueMinor = uint256(record.valueMinor) + absorbed.valueMinor;
        if (quantity > type(uint64).max) revert QuantityTooLarge(quantity);
        if (valueMinor > type(uint48).max) revert ValueTooLarge(valueMinor);
        record.quantity = uint64(quantity);
        record.valueMinor = uint48(valueMinor);
        record.sequence += 1;
        // All are attested, or they would not be issued; the consent holds where every one had it.
        record.flags &= absorbed.flags;
        _receipts[other].state = ReceiptState.Cancelled;
        emit ReceiptMerged(receipt, other, absorbed.quantity, absorbed.valueMinor, detailRoot, source.lots);
    }

    /// @dev None can be named twice: after the first time it is the other receipt's.
    function _moveLots(ReceiptId from, ReceiptId to, bytes32[] memory lots) private returns (uint256 quantity) {
        for (uint256 i = 0; i < lots.length; ++i) {
            BackedLot storage backed = _lots[lots[i]];
            if (ReceiptId.unwrap(backed.receipt) != ReceiptId.unwrap(from)) revert LotNotInReceipt(lots[i], from);
            backed.receipt = to;
            quantity += backed.quantity;
        }
    }
}
