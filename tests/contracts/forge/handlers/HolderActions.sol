// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {PartyId, ReceiptId, StockId} from "../../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../../contracts/types/States.sol";
import {vm} from "../support/Vm.sol";
import {GoodsBase} from "./GoodsBase.sol";

/// @title What holders do, with the keeper's seal or without it
abstract contract HolderActions is GoodsBase {
    /// @dev Sealed each time: what refuses is the state, the lien or the receiver.
    function transfer(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) =
            _pick(seed, ISSUED | PLEDGED | RELEASED | DISPUTED | FROZEN);
        if (!found) return;
        // The supplier does not accept in advance.
        PartyId to = _holder(seed, 2);
        bool allowed =
            current.state == ReceiptState.Issued && !_isPledged(receipt) && to != current.holder && to != supplier;
        bytes memory callData = abi.encodeCall(warehouse.transfer, (receipt, to, WHY, _transferSeal(receipt, to, WHY)));
        if (_tryOnWarehouse(Action.Transfer, current.holder, callData, allowed)) shouldHold[receipt] = to;
    }

    function split(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, ISSUED | PLEDGED);
        uint256 lots = found ? lotsOf[receipt].length : 0;
        if (lots < 2 || warehouse.receiptCount() >= MOST_RECEIPTS) return;
        // All of them leave no rest.
        uint256 count = _between(seed, 2, 1, lots);
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, count));
        bool allowed = !_isPledged(receipt) && openBlocks[receipt] == 0 && count < lots;
        bytes memory callData = abi.encodeCall(warehouse.split, (receipt, parts, WHY, _splitSeal(receipt, parts, WHY)));
        ReceiptId part = ReceiptId.wrap(warehouse.receiptCount() + 1);
        if (!_tryOnWarehouse(Action.Split, current.holder, callData, allowed)) return;
        _moved(receipt, part, count);
        shouldHold[part] = current.holder;
    }

    function merge(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory into) = _pick(seed, ISSUED | PLEDGED);
        (, ReceiptId source, IReceipts.ReceiptView memory from) = _pick(_word(seed, 2), ISSUED | PLEDGED);
        if (!found || _isSame(receipt, source)) return;
        // Not all that is too much for the seed's luck is worth trying: strangers' receipts seldom.
        bool alike = into.holder == from.holder && StockId.unwrap(into.stock) == StockId.unwrap(from.stock);
        if (!alike && _word(seed, 3) % 4 != 0) return;
        bool allowed =
            alike && !_isPledged(receipt) && !_isPledged(source) && openBlocks[receipt] == 0 && openBlocks[source] == 0;
        IReceipts.Source[] memory sources = _oneSource(source);
        bytes memory callData =
            abi.encodeCall(warehouse.merge, (receipt, sources, WHY, _mergeSeal(receipt, sources, WHY)));
        if (!_tryOnWarehouse(Action.Merge, into.holder, callData, allowed)) return;
        _moved(source, receipt, lotsOf[source].length);
    }

    function orderDelivery(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, ISSUED | PLEDGED);
        if (!found) return;
        bool allowed = !_isPledged(receipt) && openBlocks[receipt] == 0;
        bytes memory callData = abi.encodeCall(warehouse.orderDelivery, (receipt, WHY));
        _tryOnWarehouse(Action.OrderDelivery, current.holder, callData, allowed);
    }

    function revokeDelivery(uint256 seed) external {
        if (_word(seed, 9) % 3 != 0) return;
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, RELEASED);
        if (!found) return;
        bytes memory callData = abi.encodeCall(warehouse.revokeDelivery, (receipt));
        _tryOnWarehouse(Action.RevokeDelivery, current.holder, callData, true);
    }

    function dispute(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, ISSUED | PLEDGED);
        if (!found) return;
        PartyId by = _word(seed, 2) % 2 == 0 ? current.holder : current.keeper;
        _tryOnWarehouse(Action.Dispute, by, abi.encodeCall(warehouse.dispute, (receipt, WHY)), true);
        byKeeper[receipt] = by == current.keeper;
    }

    function withdrawDispute(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, DISPUTED);
        if (!found) return;
        // Mostly by the side that disputed.
        bool asKeeper = byKeeper[receipt] == (_word(seed, 2) % 4 != 0);
        bytes memory callData = abi.encodeCall(warehouse.withdrawDispute, (receipt, WHY));
        PartyId by = asKeeper ? current.keeper : current.holder;
        _tryOnWarehouse(Action.WithdrawDispute, by, callData, asKeeper == byKeeper[receipt]);
    }

    mapping(ReceiptId receipt => bool) internal byKeeper;

    function _isSame(ReceiptId a, ReceiptId b) internal pure returns (bool) {
        return ReceiptId.unwrap(a) == ReceiptId.unwrap(b);
    }
}
