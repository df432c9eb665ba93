// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IBillsOfLading} from "../../../contracts/interfaces/IBillsOfLading.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IPledgeable} from "../../../contracts/interfaces/IPledgeable.sol";
import {AssetId, BillId, NOBODY, PartyId, assetOfBill} from "../../../contracts/types/Ids.sol";
import {BillState, LienState} from "../../../contracts/types/States.sol";
import {BillFixture} from "./support/BillFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev What courts and liens do to a bill. Branches: BillOrders.tree.
contract BillOrdersTest is BillFixture {
    bytes32 private constant ORDER = keccak256("order");

    // ------------------------------------------------------------------------------------------------------------ orders

    function test_orders_areTheArbitersAlone() public {
        BillId bill = _bill();
        BillId frozen = _billIn(BillState.Frozen);
        bytes[3] memory calls = [
            abi.encodeCall(bills.freezeBill, (bill, ORDER)),
            abi.encodeCall(bills.unfreezeBill, (frozen, ORDER)),
            abi.encodeCall(bills.forceTransferBill, (bill, second, ORDER))
        ];
        address[6] memory others = [STRANGER, ADMIN, GOVERNOR, EXAMINER, keyOf[carrier], keyOf[supplier]];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 j = 0; j < others.length; ++j) {
                _refused(others[j], address(bills), calls[i], _unauthorized(others[j]));
            }
        }
    }

    function test_orders_areStated() public {
        BillId bill = _bill();
        BillId frozen = _billIn(BillState.Frozen);
        bytes memory missing = abi.encodeWithSelector(IBillsOfLading.OrderMissing.selector);
        _ordered(abi.encodeCall(bills.freezeBill, (bill, bytes32(0))), missing);
        _ordered(abi.encodeCall(bills.unfreezeBill, (frozen, bytes32(0))), missing);
        _ordered(abi.encodeCall(bills.forceTransferBill, (bill, second, bytes32(0))), missing);
    }

    function test_freezeBill_stopsItUntilItReturnsToWhatItWas() public {
        BillState[2] memory states = [BillState.Issued, BillState.Surrendered];
        for (uint256 i = 0; i < states.length; ++i) {
            BillId bill = _billIn(states[i]);
            vm.expectEmit(address(bills));
            emit IBillsOfLading.BillFrozen(bill, ORDER);
            vm.prank(ARBITER);
            bills.freezeBill(bill, ORDER);
            vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Frozen), "frozen");
            vm.assertEq(uint256(bills.billOf(bill).before), uint256(states[i]), "before");
            vm.expectEmit(address(bills));
            emit IBillsOfLading.BillUnfrozen(bill, states[i], ORDER);
            vm.prank(ARBITER);
            bills.unfreezeBill(bill, ORDER);
            vm.assertEq(uint256(_stateOfBill(bill)), uint256(states[i]), "as it was");
            vm.assertEq(uint256(bills.billOf(bill).before), uint256(BillState.None), "nothing to return to");
        }
    }

    function test_forceTransferBill_movesTitle() public {
        BillId bill = _bill();
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillTransferForced(bill, supplier, debtor, ORDER);
        vm.prank(ARBITER);
        bills.forceTransferBill(bill, debtor, ORDER);
        vm.assertTrue(_holderOfBill(bill) == debtor, "whoever never accepted anything too");
        vm.assertEq(bills.billOf(bill).sequence, 0, "no endorsement");
    }

    function test_forceTransferBill_toAnotherPartyThatExists() public {
        BillId bill = _bill();
        _forcedTo(bill, supplier, abi.encodeWithSelector(IBillsOfLading.EndorseeHoldsIt.selector, bill));
        _forcedTo(bill, carrier, abi.encodeWithSelector(IBillsOfLading.CarrierAsHolder.selector, carrier));
        _forcedTo(bill, NOBODY, abi.encodeWithSelector(IParties.PartyUnknown.selector, NOBODY));
        PartyId unknown = PartyId.wrap(ledger.partyCount() + 1);
        _forcedTo(bill, unknown, abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown));
    }

    function test_forceTransferBill_endsTheFormerHoldersSurrender() public {
        BillId bill = _billIn(BillState.Surrendered);
        _forceBill(bill, second);
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Issued), "the new holder has not surrendered");
        bytes memory callData = abi.encodeCall(bills.switchBill, (bill, _billTerms()));
        _onBills(carrier, callData, _inState(bill, BillState.Issued, BillState.Surrendered));
        _endorse(bill, third);
        vm.assertTrue(_holderOfBill(bill) == third, "circulates");
    }

    function test_forceTransferBill_neverReducesAFreeze() public {
        BillState[2] memory states = [BillState.Issued, BillState.Surrendered];
        for (uint256 i = 0; i < states.length; ++i) {
            BillId bill = _billIn(states[i]);
            _freezeBill(bill);
            _forceBill(bill, second);
            vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Frozen), "still frozen");
            bytes memory callData = abi.encodeCall(bills.endorse, (bill, third, ORDER));
            _onBills(second, callData, _inState(bill, BillState.Frozen, BillState.Issued));
            _unfreezeBill(bill);
            vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Issued), "never back to a surrender of another");
            vm.assertTrue(_holderOfBill(bill) == second, "holder");
        }
    }

    function test_forceTransferBill_neverEndsALien() public {
        BillId bill = _billIn(BillState.Pledged);
        _forceBill(bill, second);
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Pledged), "still pledged");
        vm.assertEq(uint256(liens.lienOf(assetOfBill(bill)).state), uint256(LienState.Active), "lien");
        bytes memory refusal = abi.encodeWithSelector(IBillsOfLading.BillPledged.selector, bill);
        _onBills(second, abi.encodeCall(bills.endorse, (bill, third, ORDER)), refusal);
    }

    function test_freezeBill_aPledgedOneStaysPledged() public {
        BillId bill = _billIn(BillState.Pledged);
        _freezeBill(bill);
        IBillsOfLading.BillView memory frozen = bills.billOf(bill);
        vm.assertEq(uint256(frozen.state), uint256(BillState.Frozen), "frozen");
        vm.assertTrue(frozen.pledged, "pledged whatever the state");
        vm.prank(ARBITER);
        vm.expectRevert(_inState(bill, BillState.Frozen, BillState.Issued));
        liens.enforceByOrder(assetOfBill(bill), second, ORDER);
        _unfreezeBill(bill);
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Pledged), "pledged");
    }

    // ------------------------------------------------------------------------------------------------------------- liens

    function test_pledge_byItsHolderWhileInCirculation() public {
        BillId bill = _bill();
        _notPledged(
            second, assetOfBill(bill), abi.encodeWithSelector(IBillsOfLading.NotBillHolder.selector, bill, second)
        );
        BillState[4] memory ended = [BillState.Surrendered, BillState.Switched, BillState.Discharged, BillState.Frozen];
        for (uint256 i = 0; i < ended.length; ++i) {
            BillId other = _billIn(ended[i]);
            _notPledged(supplier, assetOfBill(other), _inState(other, ended[i], BillState.Issued));
        }
        _pledgeAsset(supplier, assetOfBill(bill), funder, 100);
        vm.assertTrue(bills.billOf(bill).pledged, "pledged");
        _notPledged(
            supplier,
            assetOfBill(bill),
            abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, assetOfBill(bill))
        );
    }

    function test_pledge_oneSpellingAnAsset() public {
        BillId bill = _bill();
        AssetId[3] memory spellings = [
            AssetId.wrap(AssetId.unwrap(assetOfBill(bill)) | (1 << 64)),
            AssetId.wrap(AssetId.unwrap(assetOfBill(bill)) | (1 << 247)),
            assetOfBill(BillId.wrap(BillId.unwrap(bill) + 1))
        ];
        for (uint256 i = 0; i < spellings.length; ++i) {
            bytes memory unknown = abi.encodeWithSelector(IPledgeable.AssetUnknown.selector, spellings[i]);
            _notPledged(supplier, spellings[i], unknown);
            vm.expectRevert(unknown);
            bills.holderOf(spellings[i]);
            vm.expectRevert(unknown);
            bills.goodsOf(spellings[i]);
        }
        AssetId unasked = AssetId.wrap(AssetId.unwrap(assetOfBill(bill)) & type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(IPledgeable.AssetUnknown.selector, unasked));
        bills.holderOf(unasked);
    }

    function test_releasePart_aBillIsOnePiece() public {
        BillId bill = _billIn(BillState.Pledged);
        AssetId asset = assetOfBill(bill);
        bytes memory callData = abi.encodeCall(liens.releasePart, (asset, abi.encode(uint48(1)), ORDER));
        _onLiens(funder, callData, abi.encodeWithSelector(IPledgeable.NotDivisible.selector, asset));
    }

    function test_transferEnforced_byTheRegistryAlone() public {
        BillId bill = _billIn(BillState.Pledged);
        address[5] memory others = [STRANGER, ADMIN, keyOf[funder], keyOf[carrier], address(facilities)];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IPledgeable.NotLienRegistry.selector, others[i]);
            bytes memory callData = abi.encodeCall(bills.transferEnforced, (assetOfBill(bill), second));
            _refused(others[i], address(bills), callData, refusal);
        }
    }

    function test_enforceByOrder_givesTheBillToWhomItWasAwarded() public {
        BillId bill = _billIn(BillState.Pledged);
        AssetId asset = assetOfBill(bill);
        vm.prank(ARBITER);
        vm.expectRevert(abi.encodeWithSelector(IBillsOfLading.CarrierAsHolder.selector, carrier));
        liens.enforceByOrder(asset, carrier, ORDER);
        vm.expectEmit(address(bills));
        emit IBillsOfLading.BillTransferEnforced(bill, second);
        vm.prank(ARBITER);
        liens.enforceByOrder(asset, second, ORDER);
        vm.assertTrue(_holderOfBill(bill) == second, "holder");
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(BillState.Issued), "free of the lien");
        _endorse(bill, third);
        vm.assertTrue(_holderOfBill(bill) == third, "circulates");
    }

    // ----------------------------------------------------------------------------------------------------------- helpers

    function _ordered(bytes memory callData, bytes memory expected) private {
        _refused(ARBITER, address(bills), callData, expected);
    }

    function _forcedTo(BillId bill, PartyId to, bytes memory expected) private {
        _ordered(abi.encodeCall(bills.forceTransferBill, (bill, to, ORDER)), expected);
    }

    function _notPledged(PartyId pledgor, AssetId asset, bytes memory expected) private {
        _onLiens(pledgor, abi.encodeCall(liens.pledge, (_pledgeOf(asset, funder, 100))), expected);
    }
}
