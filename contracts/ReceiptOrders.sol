// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Receipts} from "./Receipts.sol";
import {IParties} from "./interfaces/IParties.sol";
import {IReceipts} from "./interfaces/IReceipts.sol";
import {PartyId, ReceiptId} from "./types/Ids.sol";
import {ReceiptState} from "./types/States.sol";

/// @title Disputes over receipts, and the orders of an arbiter
/// @dev None of these touches a lien, and a transfer by order touches neither freeze nor dispute: each ends by its own
/// act and its own event only.
abstract contract ReceiptOrders is Receipts {
    /// @inheritdoc IReceipts
    function dispute(ReceiptId receipt, bytes32 evidenceHash) external {
        PartyId actor = _actingParty();
        Receipt storage record = _receiptIn(receipt, ReceiptState.Issued);
        bool byKeeper = record.keeper == actor;
        if (!byKeeper && record.holder != actor) revert NotReceiptHolder(receipt, actor);
        if (evidenceHash == 0) revert EvidenceMissing();
        record.state = ReceiptState.Disputed;
        if (byKeeper) record.flags |= DISPUTED_BY_KEEPER;
        emit ReceiptDisputed(receipt, actor, evidenceHash);
    }

    /// @inheritdoc IReceipts
    function withdrawDispute(ReceiptId receipt, bytes32 reasonHash) external {
        PartyId actor = _actingParty();
        Receipt storage record = _receiptIn(receipt, ReceiptState.Disputed);
        bool byKeeper = record.flags & DISPUTED_BY_KEEPER != 0;
        if (actor != (byKeeper ? record.keeper : record.holder)) revert NotDisputant(receipt, actor);
        _closeDispute(receipt, record, false, reasonHash);
    }

    /// @inheritdoc IReceipts
    function closeDispute(ReceiptId receipt, bytes32 reasonHash) external restricted {
        _closeDispute(receipt, _receiptIn(receipt, ReceiptState.Disputed), true, reasonHash);
    }

    /// @inheritdoc IReceipts
    function freeze(ReceiptId receipt, bytes32 orderHash) external restricted {
        Receipt storage record = _existing(receipt);
        ReceiptState state = record.state;
        if (state != ReceiptState.Released && state != ReceiptState.Disputed) {
            _requireState(receipt, state, ReceiptState.Issued);
        }
        if (orderHash == 0) revert ReasonMissing();
        record.before = state;
        record.state = ReceiptState.Frozen;
        emit ReceiptFrozen(receipt, orderHash);
    }

    /// @inheritdoc IReceipts
    function unfreeze(ReceiptId receipt, bytes32 orderHash) external restricted {
        Receipt storage record = _receiptIn(receipt, ReceiptState.Frozen);
        if (orderHash == 0) revert ReasonMissing();
        ReceiptState state = record.before;
        record.state = state;
        record.before = ReceiptState.None;
        emit ReceiptUnfrozen(receipt, state, orderHash);
    }

    /// @inheritdoc IReceipts
    function forceTransfer(ReceiptId receipt, PartyId to, bytes32 orderHash) external restricted {
        Receipt memory record = _existing(receipt);
        if (
            record.state != ReceiptState.Released && record.state != ReceiptState.Disputed
                && record.state != ReceiptState.Frozen
        ) _requireState(receipt, record.state, ReceiptState.Issued);
        if (orderHash == 0) revert ReasonMissing();
        if (!_partyExists(to)) revert IParties.PartyUnknown(to);
        if (to == record.holder) revert TransfereeHoldsIt(receipt);
        if (to == record.keeper) revert KeeperAsHolder(to);
        PartyId from = record.holder;
        record.holder = to;
        _voidSeals(record);
        // What the former holder ordered the keeper to hand out is not the new holder's order.
        if (record.state == ReceiptState.Released) record.state = ReceiptState.Issued;
        if (record.before == ReceiptState.Released) record.before = ReceiptState.Issued;
        _receipts[receipt] = record;
        emit ReceiptTransferForced(receipt, from, to, orderHash);
    }

    /// @inheritdoc IReceipts
    function cancel(ReceiptId receipt, bytes32[] calldata lots, bytes32 orderHash) external restricted {
        Receipt memory record = _existing(receipt);
        if (
            record.state != ReceiptState.Draft && record.state != ReceiptState.Disputed
                && record.state != ReceiptState.Frozen
        ) _requireState(receipt, record.state, ReceiptState.Issued);
        if (orderHash == 0) revert ReasonMissing();
        _requireUnpledged(receipt);
        _receipts[receipt].state = ReceiptState.Cancelled;
        _clear(receipt, lots, record.quantity);
        if (record.state == ReceiptState.Draft) {
            _receipts[receipt].sequence = 0;
        } else {
            _takeOffStock(record.stock, record.keeper, record.currency, record.quantity, record.valueMinor, false);
        }
        emit ReceiptCancelled(receipt, orderHash, lots);
    }

    function _closeDispute(ReceiptId receipt, Receipt storage record, bool byOrder, bytes32 reasonHash) private {
        if (reasonHash == 0) revert ReasonMissing();
        record.state = ReceiptState.Issued;
        record.flags &= ~DISPUTED_BY_KEEPER;
        emit ReceiptDisputeClosed(receipt, byOrder, reasonHash);
    }
}
