// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {PartyId, ReceiptId} from "../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Branches: ReceiptShape.tree.
contract RestackTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    function test_restack_putsOtherLotsBehindTheSameReceipt() public {
        ReceiptState[5] memory states = [
            ReceiptState.Issued, ReceiptState.Pledged, ReceiptState.Released, ReceiptState.Disputed, ReceiptState.Frozen
        ];
        for (uint256 i = 0; i < states.length; ++i) {
            ReceiptId receipt = _receiptIn(states[i], 3, 10);
            bytes memory before = abi.encode(warehouse.receiptOf(receipt));
            bytes32[] memory removed = _firstKeys(receipt, 2);
            IReceipts.PhysicalLot[] memory added = new IReceipts.PhysicalLot[](3);
            (added[0], added[1], added[2]) = (_physicalLot(1), _physicalLot(18), _physicalLot(1));
            vm.expectEmit(address(warehouse));
            emit IReceipts.LotsRestacked(receipt, removed, added, WHY);
            vm.prank(keyOf[keeper]);
            warehouse.restack(receipt, removed, added, WHY);
            vm.assertEq(abi.encode(warehouse.receiptOf(receipt)), before, "the receipt is as before");
            vm.assertEq(ReceiptId.unwrap(_backs(removed[0])), 0, "nothing lies there");
            (ReceiptId behind, uint64 quantity) = warehouse.lotBehind(added[1].key);
            vm.assertEq(ReceiptId.unwrap(behind), ReceiptId.unwrap(receipt), "backs it");
            vm.assertEq(quantity, 18, "quantity");
            vm.assertEq(ReceiptId.unwrap(_backs(_keysOf(receipt)[2])), ReceiptId.unwrap(receipt), "untouched");
        }
    }

    /// @dev A pile that shrinks keeps its place: the same key taken out and put back.
    function test_restack_ofALotUnderItsOwnKey() public {
        ReceiptId receipt = _issued(1, 10);
        bytes32 key = _keysOf(receipt)[0];
        IReceipts.PhysicalLot[] memory added = new IReceipts.PhysicalLot[](2);
        (added[0], added[1]) = (IReceipts.PhysicalLot(key, 4), _physicalLot(6));
        _restack(receipt, _oneKey(key), added);
        (, uint64 quantity) = warehouse.lotBehind(key);
        vm.assertEq(quantity, 4, "what is left there");
        // Now the goods of one lot can be parted.
        delete lotsOf[receipt];
        lotsOf[receipt].push(added[0]);
        lotsOf[receipt].push(added[1]);
        ReceiptId part = _splitOff(receipt, 1);
        vm.assertEq(warehouse.receiptOf(part).quantity, 4, "part");
        vm.assertEq(warehouse.receiptOf(receipt).quantity, 6, "rest");
    }

    function test_restack_neitherMakesNorLosesGoods() public {
        ReceiptId receipt = _issued(2, 10);
        bytes32[] memory removed = _firstKeys(receipt, 1);
        _refuses(receipt, removed, _physicalLots(1, 9), _notEven(receipt, 10, 9));
        _refuses(receipt, removed, _physicalLots(1, 11), _notEven(receipt, 10, 11));
        _refuses(receipt, new bytes32[](0), _physicalLots(1, 1), _notEven(receipt, 0, 1));
        IReceipts.PhysicalLot[] memory none = new IReceipts.PhysicalLot[](0);
        _refuses(receipt, removed, none, abi.encodeWithSelector(IReceipts.LotsMissing.selector));
        _refuses(receipt, new bytes32[](0), none, abi.encodeWithSelector(IReceipts.LotsMissing.selector));
        // 2 to the power of 64 more than were taken away do not wrap round to the same.
        IReceipts.PhysicalLot[] memory added = new IReceipts.PhysicalLot[](3);
        (added[0], added[1]) = (_physicalLot(type(uint64).max), _physicalLot(1));
        added[2] = _physicalLot(10);
        _refuses(receipt, removed, added, _notEven(receipt, 10, uint256(type(uint64).max) + 11));
    }

    function test_restack_refusesLotsAsADraftDoes() public {
        ReceiptId receipt = _issued(2, 10);
        bytes32[] memory removed = _firstKeys(receipt, 1);
        IReceipts.PhysicalLot[] memory added = _physicalLots(2, 5);
        added[0].key = added[1].key;
        _refuses(
            receipt, removed, added, abi.encodeWithSelector(IReceipts.LotBacksReceipt.selector, added[1].key, receipt)
        );
        added[0].key = 0;
        _refuses(receipt, removed, added, abi.encodeWithSelector(IReceipts.LotKeyMissing.selector));
        added = _physicalLots(2, 10);
        added[1].quantity = 0;
        _refuses(receipt, removed, added, abi.encodeWithSelector(IReceipts.LotQuantityZero.selector, added[1].key));
        // Its own other lot, which still lies where it lay.
        added = _physicalLots(1, 10);
        added[0].key = _keysOf(receipt)[1];
        _refuses(
            receipt, removed, added, abi.encodeWithSelector(IReceipts.LotBacksReceipt.selector, added[0].key, receipt)
        );
        added = _physicalLots(257, 1);
        _refuses(receipt, removed, added, abi.encodeWithSelector(IReceipts.TooManyLots.selector, 257, 256));
        removed = _keysOf(receipt);
        removed[1] = removed[0];
        _refuses(
            receipt,
            removed,
            _physicalLots(1, 20),
            abi.encodeWithSelector(IReceipts.LotNotInReceipt.selector, removed[0], receipt)
        );
    }

    function test_restack_byTheKeeperWithAReason() public {
        ReceiptId receipt = _issued(1, 10);
        bytes32[] memory removed = _keysOf(receipt);
        IReceipts.PhysicalLot[] memory added = _physicalLots(1, 10);
        _onWarehouse(
            keeper,
            abi.encodeCall(warehouse.restack, (receipt, removed, added, 0)),
            abi.encodeWithSelector(IReceipts.ReasonMissing.selector)
        );
        PartyId[3] memory others = [supplier, otherKeeper, inspector];
        for (uint256 i = 0; i < others.length; ++i) {
            _onWarehouse(
                others[i],
                abi.encodeCall(warehouse.restack, (receipt, removed, added, WHY)),
                abi.encodeWithSelector(IReceipts.NotKeeper.selector, receipt, others[i])
            );
        }
    }

    function _restack(ReceiptId receipt, bytes32[] memory removed, IReceipts.PhysicalLot[] memory added) private {
        vm.prank(keyOf[keeper]);
        warehouse.restack(receipt, removed, added, WHY);
    }

    function _notEven(ReceiptId receipt, uint256 lifted, uint256 laid) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceipts.LotsDoNotAddUp.selector, receipt, lifted, laid);
    }

    function _refuses(
        ReceiptId receipt,
        bytes32[] memory removed,
        IReceipts.PhysicalLot[] memory added,
        bytes memory expected
    ) private {
        _onWarehouse(keeper, abi.encodeCall(warehouse.restack, (receipt, removed, added, WHY)), expected);
    }
}
