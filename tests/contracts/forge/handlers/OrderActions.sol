// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {PartyId, ReceiptId} from "../../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../../contracts/types/States.sol";
import {vm} from "../support/Vm.sol";
import {GoodsBase} from "./GoodsBase.sol";

/// @title What arbiters order over receipts, and the time that passes
abstract contract OrderActions is GoodsBase {
    function closeDispute(uint256 seed) external {
        (bool found, ReceiptId receipt,) = _pick(seed, _word(seed, 2) % 4 == 0 ? FROZEN | ISSUED : DISPUTED);
        if (!found) return;
        bool allowed = _stateOf(receipt) == ReceiptState.Disputed;
        _order(Action.CloseDispute, abi.encodeCall(warehouse.closeDispute, (receipt, WHY)), allowed);
    }

    function freeze(uint256 seed) external {
        if (_word(seed, 9) % 3 != 0) return;
        (bool found, ReceiptId receipt,) = _pick(seed, ISSUED | PLEDGED | RELEASED | DISPUTED);
        if (!found) return;
        _order(Action.Freeze, abi.encodeCall(warehouse.freeze, (receipt, WHY)), true);
    }

    function unfreeze(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory was) = _pick(seed, FROZEN);
        if (!found) return;
        _order(Action.Unfreeze, abi.encodeCall(warehouse.unfreeze, (receipt, WHY)), true);
        ReceiptState expected =
            was.before == ReceiptState.Issued && _isPledged(receipt) ? ReceiptState.Pledged : was.before;
        vm.assertEq(uint256(_stateOf(receipt)), uint256(expected), "returned to");
    }

    /// @dev Neither a freeze nor a dispute nor a lien is less than before (CMTAT 380).
    function forceTransfer(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory was) =
            _pick(seed, ISSUED | PLEDGED | RELEASED | DISPUTED | FROZEN);
        if (!found) return;
        PartyId to = _holder(seed, 2);
        bytes memory callData = abi.encodeCall(warehouse.forceTransfer, (receipt, to, WHY));
        _order(Action.ForceTransfer, callData, to != was.holder);
        if (to == was.holder) return;
        shouldHold[receipt] = to;
        IReceipts.ReceiptView memory now_ = warehouse.receiptOf(receipt);
        // Only the delivery order of the former holder ends.
        if (was.state == ReceiptState.Released) was.state = ReceiptState.Issued;
        if (was.before == ReceiptState.Released) was.before = ReceiptState.Issued;
        (was.holder, was.sequence) = (to, was.sequence + 1);
        vm.assertEq(abi.encode(now_), abi.encode(was), "a forced transfer touched something else");
    }

    function cancel(uint256 seed) external {
        if (_word(seed, 9) % 3 != 0) return;
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory was) =
            _pick(seed, DRAFT | ISSUED | PLEDGED | RELEASED | DISPUTED | FROZEN);
        if (!found) return;
        bool allowed = was.state != ReceiptState.Released && !_isPledged(receipt);
        _order(Action.Cancel, abi.encodeCall(warehouse.cancel, (receipt, _keysOf(receipt), WHY)), allowed);
        if (allowed) _ended(receipt, was, false);
    }

    function passTime(uint256 seed) external {
        vm.warp(block.timestamp + _between(seed, 1, 1 hours, 6 days));
        _did(Action.PassTime);
    }

    function _order(Action action, bytes memory callData, bool allowed) private {
        _try(action, ARBITER, address(warehouse), callData, allowed);
    }
}
