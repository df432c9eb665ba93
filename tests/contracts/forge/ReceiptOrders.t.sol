// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {IStocks} from "../../../contracts/interfaces/IStocks.sol";
import {NOBODY, PartyId, ReceiptId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {LienState, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Disputes, and the orders of an arbiter. Branches: ReceiptOrders.tree. Who may give them: WrongCaller.t.sol.
contract ReceiptOrdersTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    // ---------------------------------------------------------------------------------------------------------- dispute

    function test_dispute_byHolderOrKeeperAndWithdrawnByTheSame() public {
        PartyId[2] memory sides = [supplier, keeper];
        for (uint256 i = 0; i < 2; ++i) {
            ReceiptId receipt = _issued(1, 10);
            bytes memory before = abi.encode(warehouse.receiptOf(receipt));
            vm.expectEmit(address(warehouse));
            emit IReceipts.ReceiptDisputed(receipt, sides[i], WHY);
            vm.prank(keyOf[sides[i]]);
            warehouse.dispute(receipt, WHY);
            vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Disputed), "state");
            bytes memory withdrawal = abi.encodeCall(warehouse.withdrawDispute, (receipt, WHY));
            PartyId[3] memory others = [sides[1 - i], second, inspector];
            for (uint256 j = 0; j < others.length; ++j) {
                _onWarehouse(
                    others[j], withdrawal, abi.encodeWithSelector(IReceipts.NotDisputant.selector, receipt, others[j])
                );
            }
            _onWarehouse(
                sides[i],
                abi.encodeCall(warehouse.withdrawDispute, (receipt, 0)),
                abi.encodeWithSelector(IReceipts.ReasonMissing.selector)
            );
            vm.expectEmit(address(warehouse));
            emit IReceipts.ReceiptDisputeClosed(receipt, false, WHY);
            vm.prank(keyOf[sides[i]]);
            warehouse.withdrawDispute(receipt, WHY);
            vm.assertEq(abi.encode(warehouse.receiptOf(receipt)), before, "as before");
        }
    }

    /// @dev Whose dispute it is does not outlast it.
    function test_dispute_oneAfterTheOther() public {
        ReceiptId receipt = _issued(1, 10);
        _disputeReceipt(keeper, receipt);
        vm.prank(ARBITER);
        warehouse.closeDispute(receipt, WHY);
        _disputeReceipt(supplier, receipt);
        _onWarehouse(
            keeper,
            abi.encodeCall(warehouse.withdrawDispute, (receipt, WHY)),
            abi.encodeWithSelector(IReceipts.NotDisputant.selector, receipt, keeper)
        );
        vm.prank(keyOf[supplier]);
        warehouse.withdrawDispute(receipt, WHY);
    }

    function test_dispute_refuses() public {
        ReceiptId receipt = _issued(1, 10);
        PartyId[4] memory others = [otherKeeper, second, inspector, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            _onWarehouse(
                others[i],
                abi.encodeCall(warehouse.dispute, (receipt, WHY)),
                abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, receipt, others[i])
            );
        }
        bytes memory missing = abi.encodeWithSelector(IStocks.EvidenceMissing.selector);
        _onWarehouse(supplier, abi.encodeCall(warehouse.dispute, (receipt, 0)), missing);
    }

    function test_dispute_ofAPledgedReceiptLeavesTheLien() public {
        ReceiptId receipt = _pledgedReceipt(1, 10);
        _disputeReceipt(supplier, receipt);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Disputed), "shown as disputed");
        vm.assertTrue(warehouse.receiptOf(receipt).pledged, "and as pledged");
        vm.prank(ARBITER);
        warehouse.closeDispute(receipt, WHY);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Pledged), "pledged again");
    }

    function test_closeDispute_byOrder() public {
        ReceiptId receipt = _receiptIn(ReceiptState.Disputed, 1, 10);
        _refusesArbiter(
            abi.encodeCall(warehouse.closeDispute, (receipt, 0)),
            abi.encodeWithSelector(IReceipts.ReasonMissing.selector)
        );
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptDisputeClosed(receipt, true, WHY);
        vm.prank(ARBITER);
        warehouse.closeDispute(receipt, WHY);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "state");
    }

    // ---------------------------------------------------------------------------------------------- freeze and unfreeze

    function test_freeze_remembersWhereItReturnsTo() public {
        ReceiptState[4] memory states =
            [ReceiptState.Issued, ReceiptState.Released, ReceiptState.Disputed, ReceiptState.Pledged];
        for (uint256 i = 0; i < states.length; ++i) {
            ReceiptId receipt = _receiptIn(states[i], 1, 10);
            ReceiptState stored = states[i] == ReceiptState.Pledged ? ReceiptState.Issued : states[i];
            bytes memory before = abi.encode(warehouse.receiptOf(receipt));
            _refusesArbiter(
                abi.encodeCall(warehouse.freeze, (receipt, 0)), abi.encodeWithSelector(IReceipts.ReasonMissing.selector)
            );
            vm.expectEmit(address(warehouse));
            emit IReceipts.ReceiptFrozen(receipt, WHY);
            vm.prank(ARBITER);
            warehouse.freeze(receipt, WHY);
            IReceipts.ReceiptView memory frozen = warehouse.receiptOf(receipt);
            vm.assertEq(uint256(frozen.state), uint256(ReceiptState.Frozen), "frozen");
            vm.assertEq(uint256(frozen.before), uint256(stored), "before");
            vm.assertEq(frozen.pledged, states[i] == ReceiptState.Pledged, "the lien is shown all the same");
            _refusesArbiter(
                abi.encodeCall(warehouse.unfreeze, (receipt, 0)),
                abi.encodeWithSelector(IReceipts.ReasonMissing.selector)
            );
            vm.expectEmit(address(warehouse));
            emit IReceipts.ReceiptUnfrozen(receipt, stored, WHY);
            vm.prank(ARBITER);
            warehouse.unfreeze(receipt, WHY);
            vm.assertEq(abi.encode(warehouse.receiptOf(receipt)), before, "as before");
        }
    }

    /// @dev A dispute that was frozen is still its side's to withdraw.
    function test_freeze_keepsWhoDisputed() public {
        ReceiptId receipt = _issued(1, 10);
        _disputeReceipt(keeper, receipt);
        _freeze(receipt);
        _unfreeze(receipt);
        vm.prank(keyOf[keeper]);
        warehouse.withdrawDispute(receipt, WHY);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "state");
    }

    // ---------------------------------------------------------------------------------------------------- forceTransfer

    /// @dev CMTAT 380: a forced transfer moved frozen tokens by thawing them. Here it moves title and thaws nothing, ends no
    /// dispute and no lien, in whatever combination.
    function test_forceTransfer_neitherEndsNorReducesAnything() public {
        for (uint256 mask = 0; mask < 16; ++mask) {
            ReceiptId receipt = _combined(mask);
            IReceipts.ReceiptView memory before = warehouse.receiptOf(receipt);
            ILienRegistry.Lien memory lien = _lienOf(receipt);
            vm.expectEmit(address(warehouse));
            emit IReceipts.ReceiptTransferForced(receipt, supplier, debtor, WHY);
            vm.prank(ARBITER);
            warehouse.forceTransfer(receipt, debtor, WHY);
            before.holder = debtor;
            before.sequence += 1;
            vm.assertEq(abi.encode(warehouse.receiptOf(receipt)), abi.encode(before), "holder and sequence alone");
            vm.assertEq(abi.encode(_lienOf(receipt)), abi.encode(lien), "lien and blocks");
        }
    }

    function test_forceTransfer_endsTheDeliveryOrderOfTheFormerHolder() public {
        ReceiptId receipt = _receiptIn(ReceiptState.Released, 1, 10);
        _forceTransfer(receipt, second);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "issued");
        _onWarehouse(
            keeper,
            abi.encodeCall(warehouse.deliver, (receipt, _keysOf(receipt), WHY)),
            _unexpected(receipt, ReceiptState.Issued, ReceiptState.Released)
        );
        receipt = _receiptIn(ReceiptState.Released, 1, 10);
        _freeze(receipt);
        _forceTransfer(receipt, second);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Frozen), "still frozen");
        vm.assertEq(uint256(warehouse.receiptOf(receipt).before), uint256(ReceiptState.Issued), "no order to return to");
        _unfreeze(receipt);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "issued");
    }

    /// @dev The dispute of the holder goes with title; that of the keeper stays the keeper's.
    function test_forceTransfer_ofADisputedReceipt() public {
        ReceiptId receipt = _receiptIn(ReceiptState.Disputed, 1, 10);
        _forceTransfer(receipt, second);
        _onWarehouse(
            supplier,
            abi.encodeCall(warehouse.withdrawDispute, (receipt, WHY)),
            abi.encodeWithSelector(IReceipts.NotDisputant.selector, receipt, supplier)
        );
        vm.prank(keyOf[second]);
        warehouse.withdrawDispute(receipt, WHY);
        receipt = _issued(1, 10);
        _disputeReceipt(keeper, receipt);
        _forceTransfer(receipt, second);
        vm.prank(keyOf[keeper]);
        warehouse.withdrawDispute(receipt, WHY);
    }

    function test_forceTransfer_refuses() public {
        ReceiptId receipt = _issued(1, 10);
        _refusesForced(receipt, second, 0, abi.encodeWithSelector(IReceipts.ReasonMissing.selector));
        _refusesForced(receipt, supplier, WHY, abi.encodeWithSelector(IReceipts.TransfereeHoldsIt.selector, receipt));
        _refusesForced(receipt, keeper, WHY, abi.encodeWithSelector(IReceipts.KeeperAsHolder.selector, keeper));
        PartyId[2] memory unknown = [NOBODY, PartyId.wrap(ledger.partyCount() + 1)];
        for (uint256 i = 0; i < unknown.length; ++i) {
            _refusesForced(receipt, unknown[i], WHY, abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown[i]));
        }
    }

    // ----------------------------------------------------------------------------------------------------------- cancel

    function test_cancel_endsTheReceiptAndMovesNoGoods() public {
        ReceiptState[4] memory states =
            [ReceiptState.Issued, ReceiptState.Disputed, ReceiptState.Frozen, ReceiptState.Draft];
        for (uint256 i = 0; i < states.length; ++i) {
            ReceiptId receipt = _receiptIn(states[i], 2, 10);
            bytes32[] memory keys = _keysOf(receipt);
            vm.expectEmit(address(warehouse));
            emit IReceipts.ReceiptCancelled(receipt, WHY, keys);
            vm.prank(ARBITER);
            warehouse.cancel(receipt, keys, WHY);
            vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Cancelled), "state");
            vm.assertEq(warehouse.stockOf(stock).receipted, 0, "receipted");
            vm.assertEq(warehouse.stockOf(stock).attested, ATTESTED, "attested");
            vm.assertEq(_exposure(keeper), 0, "exposure");
            vm.assertEq(ReceiptId.unwrap(_backs(keys[1])), 0, "lots");
        }
    }

    function test_cancel_refuses() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        bytes32[] memory keys = _keysOf(receipt);
        _refusesCancel(receipt, keys, WHY, abi.encodeWithSelector(IReceipts.ReceiptPledged.selector, receipt));
        // Whatever hides that it is pledged.
        _disputeReceipt(keeper, receipt);
        _refusesCancel(receipt, keys, WHY, abi.encodeWithSelector(IReceipts.ReceiptPledged.selector, receipt));
        _freeze(receipt);
        _refusesCancel(receipt, keys, WHY, abi.encodeWithSelector(IReceipts.ReceiptPledged.selector, receipt));
        vm.prank(keyOf[funder]);
        liens.release(assetOfReceipt(receipt), WHY);
        _refusesCancel(receipt, keys, 0, abi.encodeWithSelector(IReceipts.ReasonMissing.selector));
        _refusesCancel(
            receipt,
            _firstKeys(receipt, 1),
            WHY,
            abi.encodeWithSelector(IReceipts.LotsDoNotAddUp.selector, receipt, 20, 10)
        );
        keys[1] = keys[0];
        _refusesCancel(receipt, keys, WHY, abi.encodeWithSelector(IReceipts.LotNotInReceipt.selector, keys[0], receipt));
        _cancel(receipt);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev A receipt with a bit each: pledged, blocked, disputed, frozen.
    function _combined(uint256 mask) private returns (ReceiptId receipt) {
        receipt = _receiptIn(mask & 1 != 0 ? ReceiptState.Pledged : ReceiptState.Issued, 1, 10);
        if (mask & 2 != 0) _block(assetOfReceipt(receipt), WHY);
        if (mask & 4 != 0) _disputeReceipt(keeper, receipt);
        if (mask & 8 != 0) _freeze(receipt);
        LienState lien = mask & 1 != 0 ? LienState.Active : LienState.None;
        vm.assertEq(uint256(_lienOf(receipt).state), uint256(lien), "lien of the combination");
    }

    function _unexpected(ReceiptId receipt, ReceiptState current, ReceiptState expected)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(IReceipts.UnexpectedReceiptState.selector, receipt, current, expected);
    }

    function _refusesArbiter(bytes memory callData, bytes memory expected) private {
        _refused(ARBITER, address(warehouse), callData, expected);
    }

    function _refusesForced(ReceiptId receipt, PartyId to, bytes32 order, bytes memory expected) private {
        _refusesArbiter(abi.encodeCall(warehouse.forceTransfer, (receipt, to, order)), expected);
    }

    function _refusesCancel(ReceiptId receipt, bytes32[] memory keys, bytes32 order, bytes memory expected) private {
        _refusesArbiter(abi.encodeCall(warehouse.cancel, (receipt, keys, order)), expected);
    }
}
