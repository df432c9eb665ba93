// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IPledgeable} from "../../../contracts/interfaces/IPledgeable.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {AssetId, FinancingId, PartyId, ReceiptId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {LienState, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Receipts in the one lien registry, by the same calls as lots. Age and shortage of the stock: Stocks.t.sol. Wrong states:
/// ReceiptStates.t.sol. Branches: ReceiptPledges.tree.
contract ReceiptPledgesTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    function test_pledge_placesALienAndMovesNothing() public {
        ReceiptId receipt = _issued(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        IReceipts.ReceiptView memory expected = warehouse.receiptOf(receipt);
        ILienRegistry.Pledge memory terms = _pledgeOf(asset, funder, 15);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienPlaced(
            asset, 1, funder, supplier, 15, FinancingId.wrap(0), START, terms.agreementHash, terms.registrationHash
        );
        vm.prank(keyOf[supplier]);
        liens.pledge(terms);
        (expected.state, expected.pledged) = (ReceiptState.Pledged, true);
        vm.assertEq(abi.encode(warehouse.receiptOf(receipt)), abi.encode(expected), "shown as pledged");
        (bool pledged, bool blocked) = liens.encumbranceOf(asset);
        vm.assertTrue(pledged, "pledged");
        vm.assertFalse(blocked, "not blocked");
    }

    /// @dev Qingdao, Foshan, Trafigura: the same goods to a second lender.
    function test_pledge_onceAndOnlyOnce() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        bytes memory taken = abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, asset);
        _refusesPledge(supplier, _pledgeOf(asset, rival, 1), taken);
        _refusesPledge(supplier, _pledgeOf(asset, funder, 1), taken);
        _refused(
            address(facilities),
            address(liens),
            abi.encodeCall(liens.place, (_pledgeOf(asset, rival, 1), supplier, FinancingId.wrap(9))),
            taken
        );
        ReceiptId other = _pledgedReceipt(1, 10);
        vm.prank(keyOf[supplier]);
        liens.proposeSubstitute(assetOfReceipt(other), asset);
        _onLiens(
            funder, abi.encodeCall(liens.acceptSubstitute, (assetOfReceipt(other), _pledgeOf(asset, funder, 1))), taken
        );
    }

    function test_pledge_byTheHolder() public {
        ReceiptId receipt = _issued(2, 10);
        PartyId[3] memory others = [second, keeper, rival];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesPledge(
                others[i],
                _pledgeOf(assetOfReceipt(receipt), funder, 1),
                abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, receipt, others[i])
            );
        }
    }

    function test_pledge_wantsTheKeepersConsent() public {
        ReceiptId receipt = _issued(2, 10);
        vm.prank(keyOf[keeper]);
        warehouse.setPledgeConsent(receipt, false);
        ILienRegistry.Pledge memory terms = _pledgeOf(assetOfReceipt(receipt), funder, 1);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(IReceipts.PledgeNotConsented.selector, receipt));
        vm.prank(keyOf[keeper]);
        warehouse.setPledgeConsent(receipt, true);
        vm.prank(keyOf[supplier]);
        liens.pledge(terms);
        // Taken back for the future: the lien that stands is not touched.
        vm.prank(keyOf[keeper]);
        warehouse.setPledgeConsent(receipt, false);
        vm.assertEq(uint256(_lienOf(receipt).state), uint256(LienState.Active), "stands");
        vm.prank(keyOf[funder]);
        liens.release(assetOfReceipt(receipt), WHY);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(IReceipts.PledgeNotConsented.selector, receipt));
    }

    function test_pledge_thenReleaseThenPledgeAgain() public {
        ReceiptId receipt = _pledgedReceipt(2, 10);
        AssetId asset = assetOfReceipt(receipt);
        PartyId[3] memory others = [supplier, rival, keeper];
        for (uint256 i = 0; i < others.length; ++i) {
            _onLiens(
                others[i],
                abi.encodeCall(liens.release, (asset, WHY)),
                abi.encodeWithSelector(ILienRegistry.NotPledgee.selector, asset, others[i])
            );
        }
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienReleased(asset, 1, WHY);
        vm.prank(keyOf[funder]);
        liens.release(asset, WHY);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "free");
        _pledgeAsset(supplier, asset, rival, 3);
        vm.assertEq(liens.lienOf(asset).sequence, 2, "counted");
    }

    /// @dev The pledgee may let go whatever has become of the receipt.
    function test_release_ofADisputedOrFrozenReceipt() public {
        ReceiptId disputed = _pledgedReceipt(1, 10);
        _disputeReceipt(keeper, disputed);
        ReceiptId frozen = _pledgedReceipt(1, 10);
        _freeze(frozen);
        ReceiptId[2] memory both = [disputed, frozen];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(keyOf[funder]);
            liens.release(assetOfReceipt(both[i]), WHY);
            vm.assertFalse(warehouse.receiptOf(both[i]).pledged, "free of the lien");
        }
        vm.assertEq(uint256(_stateOf(disputed)), uint256(ReceiptState.Disputed), "still disputed");
        vm.assertEq(uint256(_stateOf(frozen)), uint256(ReceiptState.Frozen), "still frozen");
    }

    /// @dev A lien under another spelling would not be found by the receipt.
    function test_pledge_refusesOtherSpellingsOfAReceipt() public {
        AssetId asset = assetOfReceipt(_issued(1, 10));
        for (uint256 bit = 64; bit < 248; ++bit) {
            AssetId misspelt = AssetId.wrap(AssetId.unwrap(asset) | (1 << bit));
            bytes memory unknown = abi.encodeWithSelector(IPledgeable.AssetUnknown.selector, misspelt);
            _refusesPledge(supplier, _pledgeOf(misspelt, funder, 1), unknown);
            _refused(EXAMINER, address(liens), abi.encodeCall(liens.blockAsset, (misspelt, WHY)), unknown);
            _refused(address(this), address(warehouse), abi.encodeCall(warehouse.holderOf, (misspelt)), unknown);
            _refused(address(this), address(warehouse), abi.encodeCall(warehouse.goodsOf, (misspelt)), unknown);
        }
    }

    function test_views_ofAnAsset() public {
        ReceiptId receipt = _issued(3, 11);
        AssetId asset = assetOfReceipt(receipt);
        vm.assertEq(PartyId.unwrap(warehouse.holderOf(asset)), PartyId.unwrap(supplier), "holder");
        (bytes32 good, uint64 quantity, uint8 decimals, bool sound) = warehouse.goodsOf(asset);
        vm.assertTrue(sound, "sound");
        vm.assertEq(good, STEEL, "good");
        vm.assertEq(quantity, 33, "quantity");
        vm.assertEq(decimals, DECIMALS, "decimals");
        ReceiptId unknown = ReceiptId.wrap(warehouse.receiptCount() + 1);
        bytes memory expected = abi.encodeWithSelector(IReceipts.ReceiptUnknown.selector, unknown);
        address target = address(warehouse);
        _refused(STRANGER, target, abi.encodeCall(warehouse.holderOf, (assetOfReceipt(unknown))), expected);
        _refused(STRANGER, target, abi.encodeCall(warehouse.goodsOf, (assetOfReceipt(unknown))), expected);
        _refused(STRANGER, target, abi.encodeCall(warehouse.receiptOf, (unknown)), expected);
        _refused(
            STRANGER, target, abi.encodeCall(warehouse.requirePledgeable, (assetOfReceipt(unknown), supplier)), expected
        );
    }

    /// @dev What a lender may count on: goods that a receipt in circulation stands for, and that the newest count found.
    function test_goodsOf_saysWhetherTheyAreSound() public {
        for (uint256 s = uint256(ReceiptState.Draft); s <= uint256(type(ReceiptState).max); ++s) {
            ReceiptState state = ReceiptState(s);
            AssetId asset = assetOfReceipt(_receiptIn(state, 1, 10));
            bool expected = state == ReceiptState.Issued || state == ReceiptState.Pledged;
            (,,, bool sound) = warehouse.goodsOf(asset);
            vm.assertEq(sound, expected, string.concat("in state ", vm.toString(s)));
        }
        AssetId counted = assetOfReceipt(_pledgedReceipt(1, 10));
        uint64 receipted = warehouse.stockOf(stock).receipted;
        _attest(stock, receipted - 1);
        (,,, bool short) = warehouse.goodsOf(counted);
        vm.assertFalse(short, "over a short stock");
        _attest(stock, receipted);
        (,,, bool covered) = warehouse.goodsOf(counted);
        vm.assertTrue(covered, "found again");
    }

    function test_discharge_byAModule() public {
        ReceiptId receipt = _pledgedReceipt(1, 10);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(assetOfReceipt(receipt), 1);
        vm.prank(address(facilities));
        liens.discharge(assetOfReceipt(receipt));
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "free");
    }

    function _refusesPledge(PartyId actor, ILienRegistry.Pledge memory terms, bytes memory expected) private {
        _onLiens(actor, abi.encodeCall(liens.pledge, (terms)), expected);
    }
}
