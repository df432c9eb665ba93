// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {IStocks} from "../../../contracts/interfaces/IStocks.sol";
import {PartyId, ReceiptId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Delivery orders and what comes of them. Branches: ReceiptDelivery.tree.
contract ReceiptDeliveryTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    // --------------------------------------------------------------------------------------------------- orderDelivery

    function test_orderDelivery_holdsTheReceiptStill() public {
        ReceiptId receipt = _issued(2, 10);
        vm.expectEmit(address(warehouse));
        emit IReceipts.DeliveryOrdered(receipt, WHY);
        vm.prank(keyOf[supplier]);
        warehouse.orderDelivery(receipt, WHY);
        IReceipts.ReceiptView memory found = warehouse.receiptOf(receipt);
        vm.assertEq(uint256(found.state), uint256(ReceiptState.Released), "state");
        vm.assertEq(found.sequence, 0, "no seal is spent");
        vm.assertEq(warehouse.stockOf(stock).receipted, 20, "the goods are still there");
    }

    function test_orderDelivery_byTheHolder() public {
        ReceiptId receipt = _issued(2, 10);
        PartyId[4] memory others = [keeper, second, inspector, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesOrder(
                others[i], receipt, WHY, abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, receipt, others[i])
            );
        }
        _refusesOrder(supplier, receipt, 0, abi.encodeWithSelector(IReceipts.ReasonMissing.selector));
    }

    /// @dev Pledged goods leave with the pledgee's release only, and goods that another lien may cover with the arbiter's.
    function test_orderDelivery_notOfWhatIsEncumbered() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        bytes memory pledged = abi.encodeWithSelector(IReceipts.ReceiptPledged.selector, receipt);
        _refusesOrder(supplier, receipt, WHY, pledged);
        vm.prank(keyOf[funder]);
        liens.release(assetOfReceipt(receipt), WHY);
        _block(assetOfReceipt(receipt), WHY);
        _refusesOrder(supplier, receipt, WHY, abi.encodeWithSelector(IReceipts.ReceiptBlocked.selector, receipt));
        _resolve(assetOfReceipt(receipt), WHY, true);
        _refusesOrder(supplier, receipt, WHY, abi.encodeWithSelector(IReceipts.ReceiptBlocked.selector, receipt));
        _resolve(assetOfReceipt(receipt), WHY, false);
        _orderDelivery(receipt);
    }

    // -------------------------------------------------------------------------------------------------- revokeDelivery

    function test_revokeDelivery_bringsItBack() public {
        ReceiptId receipt = _receiptIn(ReceiptState.Released, 2, 10);
        PartyId[3] memory others = [keeper, second, inspector];
        for (uint256 i = 0; i < others.length; ++i) {
            _onWarehouse(
                others[i],
                abi.encodeCall(warehouse.revokeDelivery, (receipt)),
                abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, receipt, others[i])
            );
        }
        vm.expectEmit(address(warehouse));
        emit IReceipts.DeliveryRevoked(receipt);
        vm.prank(keyOf[supplier]);
        warehouse.revokeDelivery(receipt);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "state");
        _pledgeAsset(supplier, assetOfReceipt(receipt), funder, 1);
    }

    // --------------------------------------------------------------------------------------------------------- deliver

    function test_deliver_endsTheReceiptAndItsShareOfTheStock() public {
        ReceiptId receipt = _receiptIn(ReceiptState.Released, 3, 10);
        bytes32[] memory keys = _keysOf(receipt);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptDelivered(receipt, WHY, keys);
        vm.prank(keyOf[keeper]);
        warehouse.deliver(receipt, keys, WHY);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Delivered), "state");
        IStocks.StockView memory found = warehouse.stockOf(stock);
        vm.assertEq(found.receipted, 0, "receipted");
        vm.assertEq(found.attested, ATTESTED - 30, "counted less what left");
        vm.assertEq(_exposure(keeper), 0, "exposure");
        for (uint256 i = 0; i < keys.length; ++i) {
            vm.assertEq(ReceiptId.unwrap(_backs(keys[i])), 0, "backs nothing");
        }
    }

    /// @dev What left is gone from the count, so nothing is issued over it again.
    function test_deliver_leavesNoRoomForTheSameGoods() public {
        _attest(stock, 30);
        ReceiptId receipt = _issued(3, 10);
        _orderDelivery(receipt);
        _deliver(receipt);
        ReceiptId again = _drafted(1, 1);
        _attestReceipt(again);
        _onWarehouse(
            keeper,
            abi.encodeCall(warehouse.issue, (again)),
            abi.encodeWithSelector(IStocks.StockExceeded.selector, stock, 0, 1)
        );
    }

    function test_deliver_ofAPart() public {
        ReceiptId receipt = _issued(4, 25);
        ReceiptId half = _splitOff(receipt, 2);
        _orderDelivery(half);
        _deliver(half);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "the rest stays");
        vm.assertEq(warehouse.stockOf(stock).receipted, 50, "receipted");
        vm.assertEq(_exposure(keeper), 50, "exposure");
    }

    function test_deliver_refuses() public {
        ReceiptId receipt = _receiptIn(ReceiptState.Released, 3, 10);
        bytes32[] memory keys = _keysOf(receipt);
        PartyId[3] memory others = [supplier, otherKeeper, inspector];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesDelivery(
                others[i], receipt, keys, WHY, abi.encodeWithSelector(IReceipts.NotKeeper.selector, receipt, others[i])
            );
        }
        _refusesDelivery(keeper, receipt, keys, 0, abi.encodeWithSelector(IReceipts.ReasonMissing.selector));
        bytes memory notAll = abi.encodeWithSelector(IReceipts.LotsDoNotAddUp.selector, receipt, 30, 20);
        _refusesDelivery(keeper, receipt, _firstKeys(receipt, 2), WHY, notAll);
        keys[1] = keys[0];
        bytes memory notIn = abi.encodeWithSelector(IReceipts.LotNotInReceipt.selector, keys[0], receipt);
        _refusesDelivery(keeper, receipt, keys, WHY, notIn);
        bytes32 foreign = _keysOf(_issued(1, 10))[0];
        keys[1] = foreign;
        notIn = abi.encodeWithSelector(IReceipts.LotNotInReceipt.selector, foreign, receipt);
        _refusesDelivery(keeper, receipt, keys, WHY, notIn);
    }

    /// @dev A block that comes between the order and the handover stops the handover, and lifts with its resolution.
    function test_deliver_notOfWhatAnotherLienMayCover() public {
        ReceiptId receipt = _receiptIn(ReceiptState.Released, 1, 10);
        _block(assetOfReceipt(receipt), WHY);
        bytes memory blocked = abi.encodeWithSelector(IReceipts.ReceiptBlocked.selector, receipt);
        _refusesDelivery(keeper, receipt, _keysOf(receipt), WHY, blocked);
        _resolve(assetOfReceipt(receipt), WHY, false);
        _deliver(receipt);
    }

    /// @dev A block is not washed off by a new receipt for the same lots: a blocked draft stays until it is resolved.
    function test_discardDraft_notOfWhatAnotherLienMayCover() public {
        ReceiptId receipt = _drafted(1, 10);
        _block(assetOfReceipt(receipt), WHY);
        bytes memory callData = abi.encodeCall(warehouse.discardDraft, (receipt, _keysOf(receipt)));
        _onWarehouse(keeper, callData, abi.encodeWithSelector(IReceipts.ReceiptBlocked.selector, receipt));
        _resolve(assetOfReceipt(receipt), WHY, false);
        vm.prank(keyOf[keeper]);
        (bool done,) = address(warehouse).call(callData);
        vm.assertTrue(done, "resolved");
    }

    function test_discardDraft_showsNoSequenceAfterwards() public {
        ReceiptId receipt = _drafted(1, 10);
        _attestReceipt(receipt);
        vm.prank(keyOf[keeper]);
        warehouse.discardDraft(receipt, _keysOf(receipt));
        vm.assertEq(warehouse.receiptOf(receipt).sequence, 0, "discarded");
        receipt = _drafted(1, 10);
        _attestReceipt(receipt);
        _cancel(receipt);
        vm.assertEq(warehouse.receiptOf(receipt).sequence, 0, "cancelled");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _refusesOrder(PartyId actor, ReceiptId receipt, bytes32 order, bytes memory expected) private {
        _onWarehouse(actor, abi.encodeCall(warehouse.orderDelivery, (receipt, order)), expected);
    }

    function _refusesDelivery(
        PartyId actor,
        ReceiptId receipt,
        bytes32[] memory keys,
        bytes32 handover,
        bytes memory expected
    ) private {
        _onWarehouse(actor, abi.encodeCall(warehouse.deliver, (receipt, keys, handover)), expected);
    }
}
