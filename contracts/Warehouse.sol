// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {ReceiptOrders} from "./ReceiptOrders.sol";
import {ReceiptShape} from "./ReceiptShape.sol";
import {Receipts} from "./Receipts.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {IPledgeable} from "./interfaces/IPledgeable.sol";
import {IWarehouse} from "./interfaces/IWarehouse.sol";
import {AssetId, NOBODY, PartyId, ReceiptId, assetOfReceipt, receiptOfAsset} from "./types/Ids.sol";
import {ReceiptState} from "./types/States.sol";

/// @title The warehouse
/// @notice Stocks and receipts, and what the lien registry asks of receipts; see interfaces/IWarehouse.sol.
contract Warehouse is ReceiptShape, ReceiptOrders, IWarehouse {
    modifier onlyLienRegistry() {
        if (msg.sender != address(LIENS)) revert NotLienRegistry(msg.sender);
        _;
    }

    constructor(address authority, ILedger ledger, ILienRegistry liens)
        AccessManaged(authority)
        LedgerClient(ledger)
        Receipts(liens)
    {}

    /// @inheritdoc IPledgeable
    function requirePledgeable(AssetId asset, PartyId pledgor) external view {
        ReceiptId receipt = _receiptBehind(asset);
        Receipt memory record = _heldBy(receipt, pledgor);
        if (record.flags & PLEDGE_CONSENT == 0) revert PledgeNotConsented(receipt);
        _requirePledgeableStock(record.stock);
    }

    /// @inheritdoc IPledgeable
    function divide(AssetId asset, bytes calldata how) external onlyLienRegistry returns (AssetId freed) {
        ReceiptId receipt = _receiptBehind(asset);
        Receipt memory record = _receiptIn(receipt, ReceiptState.Issued);
        (Part memory part, bytes32 remainderRoot, Seal memory seal) = abi.decode(how, (Part, bytes32, Seal));
        Part[] memory parts = new Part[](1);
        parts[0] = part;
        bytes32 terms = keccak256(abi.encode(parts, remainderRoot));
        _requireSeal(ACT_SPLIT, receipt, record.sequence, record.keeper, NOBODY, terms, seal);
        freed = assetOfReceipt(_cut(receipt, record, part, remainderRoot));
        _receipts[receipt] = record;
    }

    /// @inheritdoc IPledgeable
    function transferEnforced(AssetId asset, PartyId to) external onlyLienRegistry {
        ReceiptId receipt = _receiptBehind(asset);
        Receipt memory record = _existing(receipt);
        // A dispute, which the pledgor can raise at will, does not stop the pledgee; it goes on against the new holder.
        if (record.state != ReceiptState.Disputed) _requireState(receipt, record.state, ReceiptState.Issued);
        if (to == record.keeper) revert KeeperAsHolder(to);
        record.holder = to;
        _voidSeals(record);
        _receipts[receipt] = record;
        emit ReceiptTransferEnforced(receipt, to);
    }

    /// @inheritdoc IPledgeable
    function holderOf(AssetId asset) external view returns (PartyId) {
        return _existing(_receiptBehind(asset)).holder;
    }

    /// @inheritdoc IPledgeable
    function goodsOf(AssetId asset) external view returns (bytes32 good, uint64 quantity, uint8 decimals, bool sound) {
        Receipt memory record = _existing(_receiptBehind(asset));
        (good, decimals, sound) = _goodOfStock(record.stock);
        quantity = record.quantity;
        sound = sound && record.state == ReceiptState.Issued;
    }

    /// @dev One spelling an asset: an identifier with anything in its unused bits names no receipt.
    function _receiptBehind(AssetId asset) private pure returns (ReceiptId receipt) {
        receipt = receiptOfAsset(asset);
        if (assetOfReceipt(receipt) != asset) revert AssetUnknown(asset);
    }
}
