// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {ReceiptId, StockId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Any quantities and values through any chain of splits, divisions, merges and restackings: not a unit and not a cent is
/// made or lost.
contract FuzzReceiptsTest is GoodsFixture {
    uint256 private constant LOTS = 6;

    ReceiptId[] private _receipts;

    function setUp() public override {
        super.setUp();
        _attest(stock, type(uint64).max);
        vm.prank(GOVERNOR);
        warehouse.setExposureCap(keeper, CNY, type(uint96).max);
    }

    function testFuzz_partsAddUpToTheWhole(uint64[LOTS] memory quantities, uint48 valueMinor, uint8 membership) public {
        (ReceiptId receipt, uint64 whole) = _issuedOf(quantities, valueMinor);
        IReceipts.ReceiptView memory before = warehouse.receiptOf(receipt);
        // Each lot goes to one of two parts or stays, the last one stays.
        bytes32[] memory keys = _keysOf(receipt);
        IReceipts.Part[] memory parts = new IReceipts.Part[](2);
        uint256 first = 1 + membership % 3;
        uint256 second_ = 1 + (membership / 3) % (LOTS - 1 - first);
        parts[0] = _part(_slice(keys, 0, first));
        parts[1] = _part(_slice(keys, first, second_));
        IReceipts.Seal memory seal = _splitSeal(receipt, parts, "rest");
        vm.prank(keyOf[supplier]);
        uint64 number = ReceiptId.unwrap(warehouse.split(receipt, parts, "rest", seal));
        IReceipts.ReceiptView[3] memory all = [
            warehouse.receiptOf(ReceiptId.wrap(number)),
            warehouse.receiptOf(ReceiptId.wrap(number + 1)),
            warehouse.receiptOf(receipt)
        ];
        uint256 quantity;
        uint256 value;
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertGt(all[i].quantity, 0, "none is empty");
            quantity += all[i].quantity;
            value += all[i].valueMinor;
        }
        vm.assertEq(quantity, whole, "quantity");
        vm.assertEq(value, before.valueMinor, "value");
        // Each part's share is rounded down from what was left when it was cut.
        uint256 share = uint256(before.valueMinor) * all[0].quantity / whole;
        vm.assertEq(all[0].valueMinor, share, "share of the first part");
        share = (before.valueMinor - share) * all[1].quantity / (whole - all[0].quantity);
        vm.assertEq(all[1].valueMinor, share, "share of the second part");
        vm.assertEq(warehouse.stockOf(stock).receipted, whole, "receipted");
        vm.assertEq(_exposure(keeper), before.valueMinor, "exposure");
    }

    /// @dev Taken apart lot by lot, half of it by the pledgee, and put together again: the receipt that it was.
    function testFuzz_apartAndTogetherAgain(uint64[LOTS] memory quantities, uint48 valueMinor, bool byPledgee) public {
        (ReceiptId receipt, uint64 whole) = _issuedOf(quantities, valueMinor);
        uint48 value = warehouse.receiptOf(receipt).valueMinor;
        if (byPledgee) _pledgeAsset(supplier, assetOfReceipt(receipt), funder, 1);
        for (uint256 i = 1; i < LOTS; ++i) {
            _receipts.push(byPledgee ? _releaseOne(receipt) : _splitOff(receipt, 1));
        }
        if (byPledgee) {
            vm.prank(keyOf[funder]);
            liens.release(assetOfReceipt(receipt), "repaid");
        }
        for (uint256 i = 0; i < _receipts.length; ++i) {
            _merge(receipt, _receipts[i]);
        }
        IReceipts.ReceiptView memory again = warehouse.receiptOf(receipt);
        vm.assertEq(again.quantity, whole, "quantity");
        vm.assertEq(again.valueMinor, value, "value");
        vm.assertEq(again.sequence, 2 * (LOTS - 1), "each act spent a seal");
        vm.assertEq(warehouse.stockOf(stock).receipted, whole, "receipted");
        vm.assertEq(_exposure(keeper), value, "exposure");
        _orderDelivery(receipt);
        _deliver(receipt);
        vm.assertEq(warehouse.stockOf(stock).attested, type(uint64).max - whole, "counted");
        vm.assertEq(_exposure(keeper), 0, "nothing left");
    }

    function testFuzz_restackKeepsTheQuantity(uint64 quantity, uint64 cut, uint64 claimed) public {
        vm.assume(quantity > 1);
        cut = uint64(1 + cut % (quantity - 1));
        ReceiptId receipt = _draftAs(keeper, _draftTerms(_physicalLots(1, quantity), 1));
        _issue(receipt);
        IReceipts.PhysicalLot[] memory added = new IReceipts.PhysicalLot[](2);
        (added[0], added[1]) = (_physicalLot(cut), _physicalLot(claimed));
        uint256 laid = uint256(cut) + claimed;
        bytes memory callData = abi.encodeCall(warehouse.restack, (receipt, _keysOf(receipt), added, "why"));
        if (claimed == 0) {
            _onWarehouse(keeper, callData, abi.encodeWithSelector(IReceipts.LotQuantityZero.selector, added[1].key));
        } else if (laid != quantity) {
            _onWarehouse(
                keeper, callData, abi.encodeWithSelector(IReceipts.LotsDoNotAddUp.selector, receipt, quantity, laid)
            );
        }
        added[1].quantity = quantity - cut;
        vm.prank(keyOf[keeper]);
        warehouse.restack(receipt, _keysOf(receipt), added, "why");
        vm.assertEq(warehouse.receiptOf(receipt).quantity, quantity, "quantity");
    }

    /// @dev Exactly what was counted and what the cap allows may be issued, whatever the numbers.
    function testFuzz_issueUpToTheCountAndTheCap(uint64 counted, uint64 quantity, uint96 cap, uint48 valueMinor)
        public
    {
        vm.assume(quantity > 0 && valueMinor > 0);
        StockId fresh = _openStock(keeper, OTHER_SITE, COPPER);
        _attest(fresh, counted);
        vm.prank(GOVERNOR);
        warehouse.setExposureCap(keeper, CNY, cap);
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, quantity), valueMinor);
        terms.stock = fresh;
        ReceiptId receipt = _draftAs(keeper, terms);
        _attestReceipt(receipt);
        vm.prank(keyOf[keeper]);
        (bool done,) = address(warehouse).call(abi.encodeCall(warehouse.issue, (receipt)));
        vm.assertEq(done, quantity <= counted && valueMinor <= cap, "issued");
        vm.assertEq(warehouse.stockOf(fresh).receipted, done ? quantity : 0, "receipted");
        vm.assertEq(_exposure(keeper), done ? valueMinor : 0, "exposure");
        vm.assertEq(uint256(_stateOf(receipt)), uint256(done ? ReceiptState.Issued : ReceiptState.Draft), "state");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev Quantities that fit together, none zero, over six fresh lots.
    function _issuedOf(uint64[LOTS] memory quantities, uint48 valueMinor)
        private
        returns (ReceiptId receipt, uint64 whole)
    {
        IReceipts.PhysicalLot[] memory lots = new IReceipts.PhysicalLot[](LOTS);
        for (uint256 i = 0; i < LOTS; ++i) {
            uint64 quantity = quantities[i] / uint64(LOTS);
            lots[i] = _physicalLot(quantity == 0 ? 1 : quantity);
            whole += lots[i].quantity;
        }
        receipt = _draftAs(keeper, _draftTerms(lots, valueMinor == 0 ? 1 : valueMinor));
        _issue(receipt);
    }

    function _releaseOne(ReceiptId receipt) private returns (ReceiptId part) {
        bytes memory how = _divideTerms(receipt, 1);
        part = ReceiptId.wrap(warehouse.receiptCount() + 1);
        vm.prank(keyOf[funder]);
        liens.releasePart(assetOfReceipt(receipt), how, "repaid");
        _lotsMoved(receipt, part, 1);
    }

    function _slice(bytes32[] memory keys, uint256 from, uint256 count) private pure returns (bytes32[] memory part) {
        part = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            part[i] = keys[from + i];
        }
    }
}
