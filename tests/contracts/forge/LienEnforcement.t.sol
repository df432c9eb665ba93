// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILedgerModule} from "../../../contracts/interfaces/ILedgerModule.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {AssetId, LotId, NOBODY, PartyId, ReceiptId, assetOfLot, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {LienState, LotState, PartyState, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Pledged assets given to whom they were sold or awarded. Branches: LienEnforcement.tree.
contract LienEnforcementTest is GoodsFixture {
    bytes32 private constant ORDER = keccak256("order");

    // -------------------------------------------------------------------------------------------------------- receipts

    function test_enforceByOrder_givesTheReceiptToTheBuyer() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        IReceipts.ReceiptView memory expected = warehouse.receiptOf(receipt);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienEnforced(asset, 1, rival, ORDER);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptTransferEnforced(receipt, rival);
        vm.prank(ARBITER);
        liens.enforceByOrder(asset, rival, ORDER);
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Enforced), "lien");
        (expected.state, expected.pledged) = (ReceiptState.Issued, false);
        (expected.holder, expected.sequence) = (rival, 1);
        vm.assertEq(abi.encode(warehouse.receiptOf(receipt)), abi.encode(expected), "receipt");
        // The buyer holds it free: it may pledge it, and its own seals count.
        _transfer(receipt, third);
        _pledgeAsset(third, asset, funder, 1);
        vm.assertEq(liens.lienOf(asset).sequence, 2, "the next lien");
    }

    /// @dev No acceptance in advance is asked for: the receiver bought it, or a court gave it.
    function test_enforceByOrder_toThePledgeeItself() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        _enforce(assetOfReceipt(receipt), funder);
        vm.assertEq(PartyId.unwrap(_holderOf(receipt)), PartyId.unwrap(funder), "holder");
    }

    /// @dev A pledgor that disputes its own receipt does not stop the pledgee, and the dispute is not lost.
    function test_enforceByOrder_ofADisputedReceiptLeavesTheDispute() public {
        PartyId[2] memory sides = [supplier, keeper];
        for (uint256 i = 0; i < 2; ++i) {
            ReceiptId receipt = _pledgedReceipt(2, 10);
            _disputeReceipt(sides[i], receipt);
            _enforce(assetOfReceipt(receipt), rival);
            vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Disputed), "state");
            vm.assertEq(PartyId.unwrap(_holderOf(receipt)), PartyId.unwrap(rival), "holder");
            vm.prank(keyOf[i == 0 ? rival : keeper]);
            warehouse.withdrawDispute(receipt, ORDER);
        }
    }

    function test_enforceByOrder_notOfAFrozenReceipt() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        _freeze(receipt);
        _refusesOrder(
            assetOfReceipt(receipt),
            rival,
            abi.encodeWithSelector(
                IReceipts.UnexpectedReceiptState.selector, receipt, ReceiptState.Frozen, ReceiptState.Issued
            )
        );
        _unfreeze(receipt);
        _enforce(assetOfReceipt(receipt), rival);
    }

    function test_enforceByOrder_leavesBlocks() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        _block(asset, ORDER);
        _enforce(asset, rival);
        vm.assertTrue(liens.blockOf(asset, ORDER), "the other lien is no less real");
    }

    function test_enforceByOrder_spendsSeals() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        IReceipts.Seal memory seal = _transferSeal(receipt, second, ORDER);
        _enforce(assetOfReceipt(receipt), rival);
        _onWarehouse(
            rival,
            abi.encodeCall(warehouse.transfer, (receipt, second, ORDER, seal)),
            abi.encodeWithSelector(IReceipts.SealNotKeepers.selector, receipt, NOBODY)
        );
    }

    function test_enforceByOrder_notToTheKeeper() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        bytes memory refusal = abi.encodeWithSelector(IReceipts.KeeperAsHolder.selector, keeper);
        _refusesOrder(assetOfReceipt(receipt), keeper, refusal);
    }

    // ------------------------------------------------------------------------------------------------------------ lots

    function test_enforceByOrder_givesTheLotToTheBuyer() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienEnforced(assetOfLot(lot), 1, rival, ORDER);
        vm.expectEmit(address(ledger));
        emit ILedgerModule.LotSold(lot, rival);
        vm.prank(ARBITER);
        liens.enforceByOrder(assetOfLot(lot), rival, ORDER);
        ILots.LotView memory found = ledger.lotOf(lot);
        vm.assertEq(uint256(found.state), uint256(LotState.Free), "free");
        vm.assertEq(PartyId.unwrap(found.holder), PartyId.unwrap(rival), "holder");
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settleWhole(lot.noteOf(), 900);
        vm.assertEq(_balance(rival), 900, "the buyer is paid");
    }

    function test_enforceByOrder_ofALotThatNoLongerMoves() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        AssetId asset = assetOfLot(lot);
        _refusesOrder(asset, debtor, abi.encodeWithSelector(ILots.AssigneeIsDebtor.selector, lot.noteOf()));
        vm.warp(MATURITY);
        _refusesOrder(asset, rival, abi.encodeWithSelector(ILots.NoteNotTransferable.selector, lot.noteOf()));
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Active), "the lien stands, and collects");
    }

    // ------------------------------------------------------------------------------------------------------------ both

    function test_enforceByOrder_refuses() public {
        AssetId[2] memory assets = [assetOfLot(_lotIn(LotState.Pledged, 900)), assetOfReceipt(_pledgedReceipt(2, 10))];
        for (uint256 i = 0; i < 2; ++i) {
            _refused(
                ARBITER,
                address(liens),
                abi.encodeCall(liens.enforceByOrder, (assets[i], rival, 0)),
                abi.encodeWithSelector(ILienRegistry.ReasonHashMissing.selector)
            );
            _refusesOrder(
                assets[i], supplier, abi.encodeWithSelector(ILienRegistry.EnforcedToHolder.selector, assets[i])
            );
            uint256 snapshot = vm.snapshotState();
            vm.prank(REGISTRAR);
            ledger.setPartyState(rival, PartyState.Suspended);
            PartyId[3] memory inactive = [rival, NOBODY, PartyId.wrap(ledger.partyCount() + 1)];
            for (uint256 j = 0; j < inactive.length; ++j) {
                _refusesOrder(
                    assets[i], inactive[j], abi.encodeWithSelector(IParties.PartySuspended.selector, inactive[j])
                );
            }
            vm.revertToState(snapshot);
        }
        AssetId free = assetOfReceipt(_issued(1, 10));
        _refusesOrder(free, rival, abi.encodeWithSelector(ILienRegistry.LienUnknown.selector, free));
    }

    function test_enforce_byAModuleIsTheSame() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        vm.prank(address(facilities));
        liens.enforce(assetOfReceipt(receipt), rival, ORDER);
        vm.assertEq(PartyId.unwrap(_holderOf(receipt)), PartyId.unwrap(rival), "holder");
        _refused(
            address(facilities),
            address(liens),
            abi.encodeCall(liens.enforce, (assetOfReceipt(receipt), third, ORDER)),
            abi.encodeWithSelector(ILienRegistry.LienUnknown.selector, assetOfReceipt(receipt))
        );
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _enforce(AssetId asset, PartyId to) private {
        vm.prank(ARBITER);
        liens.enforceByOrder(asset, to, ORDER);
    }

    function _refusesOrder(AssetId asset, PartyId to, bytes memory expected) private {
        _refused(ARBITER, address(liens), abi.encodeCall(liens.enforceByOrder, (asset, to, ORDER)), expected);
    }
}
