// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {PartyId, ReceiptId, StockId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev One physical lot backs one live receipt: the same key tried again in every way and in every state of the receipt
/// that it backs.
contract PhysicalLotsTest is GoodsFixture {
    bytes32 private constant KEY = keccak256("coil 4711");

    function test_aLot_isNamedOnceInADraft() public {
        IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](3);
        (lots[0], lots[1], lots[2]) = (_lot(1), _physicalLot(1), _lot(2));
        ReceiptId next = ReceiptId.wrap(warehouse.receiptCount() + 1);
        _onWarehouse(keeper, abi.encodeCall(warehouse.draft, (_draftTerms(lots, 1))), _taken(next));
    }

    /// @dev Qingdao: the same metal under receipts of several warehouses. Whoever drafts first has it, until it ends.
    function test_aLot_isTakenForAllKeepersAndStocks() public {
        ReceiptId first = _draftOne(keeper, stock);
        StockId elsewhere = _openStock(keeper, OTHER_SITE, STEEL);
        StockId others = _openStock(otherKeeper, SITE, STEEL);
        _refusesLot(keeper, stock, first);
        _refusesLot(keeper, elsewhere, first);
        _refusesLot(otherKeeper, others, first);
        _issue(first);
        _refusesLot(otherKeeper, others, first);
    }

    function test_aLot_isTakenInEveryStateThatLives() public {
        ReceiptState[6] memory live = [
            ReceiptState.Draft,
            ReceiptState.Issued,
            ReceiptState.Pledged,
            ReceiptState.Released,
            ReceiptState.Disputed,
            ReceiptState.Frozen
        ];
        StockId others = _openStock(otherKeeper, SITE, STEEL);
        for (uint256 i = 0; i < live.length; ++i) {
            ReceiptId receipt = _receiptIn(live[i], 1, 5);
            bytes32 key = _keysOf(receipt)[0];
            IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](1);
            lots[0] = IReceipts.PhysicalLot(key, 5);
            IReceipts.DraftTerms memory terms = _draftTerms(lots, 1);
            terms.stock = others;
            bytes memory taken = abi.encodeWithSelector(IReceipts.LotBacksReceipt.selector, key, receipt);
            _onWarehouse(otherKeeper, abi.encodeCall(warehouse.draft, (terms)), taken);
        }
    }

    function test_aLot_isFreeAgainAfterDeliveryCancellationAndDiscard() public {
        ReceiptState[2] memory ended = [ReceiptState.Delivered, ReceiptState.Cancelled];
        for (uint256 i = 0; i < ended.length; ++i) {
            ReceiptId receipt = _receiptIn(ended[i], 1, 5);
            bytes32 key = _keysOf(receipt)[0];
            vm.assertEq(ReceiptId.unwrap(_backs(key)), 0, "backs nothing");
            IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](1);
            lots[0] = IReceipts.PhysicalLot(key, 7);
            ReceiptId again = _draftAs(keeper, _draftTerms(lots, 1));
            vm.assertEq(ReceiptId.unwrap(_backs(key)), ReceiptId.unwrap(again), "backs the new one");
        }
        ReceiptId draft = _draftOne(keeper, stock);
        vm.prank(keyOf[keeper]);
        warehouse.discardDraft(draft, _keysOf(draft));
        StockId others = _openStock(otherKeeper, SITE, STEEL);
        ReceiptId moved = _draftOne(otherKeeper, others);
        vm.assertEq(ReceiptId.unwrap(_backs(KEY)), ReceiptId.unwrap(moved), "at the other keeper's now");
    }

    /// @dev The lot goes with the part that it was cut off with, and comes back by merging.
    function test_aLot_isTakenThroughSplitAndMerge() public {
        IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](2);
        (lots[0], lots[1]) = (_lot(10), _physicalLot(10));
        ReceiptId receipt = _draftAs(keeper, _draftTerms(lots, 20));
        _issue(receipt);
        ReceiptId part = _splitOff(receipt, 1);
        vm.assertEq(ReceiptId.unwrap(_backs(KEY)), ReceiptId.unwrap(part), "the part");
        _refusesLot(keeper, stock, part);
        _merge(receipt, part);
        vm.assertEq(ReceiptId.unwrap(_backs(KEY)), ReceiptId.unwrap(receipt), "the receipt again");
        _refusesLot(keeper, stock, receipt);
        _deliverAll(receipt);
        vm.assertEq(ReceiptId.unwrap(_backs(KEY)), 0, "gone");
    }

    function test_aLot_isTakenUntilItIsStackedAnew() public {
        ReceiptId receipt = _draftOne(keeper, stock);
        _issue(receipt);
        ReceiptId other = _issued(1, 5);
        bytes32 otherKey = _keysOf(other)[0];
        IReceipts.PhysicalLot[] memory added = new IReceipts.PhysicalLot[](1);
        added[0] = IReceipts.PhysicalLot(KEY, 5);
        _onWarehouse(
            keeper,
            abi.encodeCall(warehouse.restack, (other, _oneKey(otherKey), added, KEY)),
            abi.encodeWithSelector(IReceipts.LotBacksReceipt.selector, KEY, receipt)
        );
        _onWarehouse(
            keeper,
            abi.encodeCall(warehouse.restack, (other, _oneKey(KEY), added, KEY)),
            abi.encodeWithSelector(IReceipts.LotNotInReceipt.selector, KEY, other)
        );
        // Stacked elsewhere, its place takes other goods.
        IReceipts.PhysicalLot[] memory moved = _physicalLots(1, 5);
        vm.prank(keyOf[keeper]);
        warehouse.restack(receipt, _oneKey(KEY), moved, KEY);
        vm.assertEq(ReceiptId.unwrap(_backs(KEY)), 0, "nothing there");
        vm.prank(keyOf[keeper]);
        warehouse.restack(other, _oneKey(otherKey), added, KEY);
        vm.assertEq(ReceiptId.unwrap(_backs(KEY)), ReceiptId.unwrap(other), "the other's");
    }

    function test_aLot_isTakenThroughForcedAndEnforcedTransfers() public {
        ReceiptId receipt = _draftOne(keeper, stock);
        _issue(receipt);
        _forceTransfer(receipt, second);
        vm.assertEq(ReceiptId.unwrap(_backs(KEY)), ReceiptId.unwrap(receipt), "forced");
        _pledgeAsset(second, assetOfReceipt(receipt), funder, 1);
        vm.prank(ARBITER);
        liens.enforceByOrder(assetOfReceipt(receipt), rival, KEY);
        vm.assertEq(ReceiptId.unwrap(_backs(KEY)), ReceiptId.unwrap(receipt), "enforced");
        _refusesLot(keeper, stock, receipt);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _lot(uint64 quantity) private pure returns (IReceipts.PhysicalLot memory) {
        return IReceipts.PhysicalLot(KEY, quantity);
    }

    function _terms(StockId where) private view returns (IReceipts.DraftTerms memory terms) {
        IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](1);
        lots[0] = _lot(5);
        terms = _draftTerms(lots, 1);
        terms.stock = where;
    }

    function _draftOne(PartyId actor, StockId where) private returns (ReceiptId) {
        return _draftAs(actor, _terms(where));
    }

    function _taken(ReceiptId by) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceipts.LotBacksReceipt.selector, KEY, by);
    }

    function _refusesLot(PartyId actor, StockId where, ReceiptId by) private {
        _onWarehouse(actor, abi.encodeCall(warehouse.draft, (_terms(where))), _taken(by));
    }

    function _deliverAll(ReceiptId receipt) private {
        _orderDelivery(receipt);
        _deliver(receipt);
    }
}
