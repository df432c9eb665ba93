// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IBillsOfLading} from "../../../../contracts/interfaces/IBillsOfLading.sol";
import {BillId, PartyId, ReceiptId, assetOfBill} from "../../../../contracts/types/Ids.sol";
import {BillState} from "../../../../contracts/types/States.sol";
import {GoodsFixture} from "./GoodsFixture.sol";
import {vm} from "./Vm.sol";

/// @title Bills of lading in whatever state a test wants to start from
abstract contract BillFixture is GoodsFixture {
    uint64 internal constant SHIPPED = 5000;

    /// @dev Steel of the supplier under a number that no earlier call returned.
    function _billTerms() internal returns (IBillsOfLading.BillTerms memory) {
        return IBillsOfLading.BillTerms({
            number: _hash(),
            shipper: supplier,
            good: STEEL,
            quantity: SHIPPED,
            decimals: DECIMALS,
            detailRoot: keccak256("bill of lading")
        });
    }

    function _issueBill(IBillsOfLading.BillTerms memory terms) internal returns (BillId) {
        vm.prank(keyOf[carrier]);
        return bills.issueBill(terms);
    }

    /// @dev Held by the supplier.
    function _bill() internal returns (BillId) {
        return _issueBill(_billTerms());
    }

    /// @dev A bill of the supplier's in the state. Frozen: from Issued. Discharged: into a draft of all of it.
    function _billIn(BillState state) internal returns (BillId bill) {
        if (state == BillState.None) return BillId.wrap(bills.billCount() + 1);
        bill = _bill();
        if (state == BillState.Pledged) _pledgeAsset(supplier, assetOfBill(bill), funder, 100);
        if (state == BillState.Surrendered || state == BillState.Switched || state == BillState.Discharged) {
            _surrender(bill);
        }
        if (state == BillState.Switched) {
            IBillsOfLading.BillTerms memory terms = _billTerms();
            vm.prank(keyOf[carrier]);
            bills.switchBill(bill, terms);
        }
        if (state == BillState.Discharged) {
            ReceiptId receipt = _drafted(1, SHIPPED);
            vm.prank(keyOf[carrier]);
            bills.dischargeBill(bill, receipt);
        }
        if (state == BillState.Frozen) _freezeBill(bill);
        vm.assertEq(uint256(_stateOfBill(bill)), uint256(state), "state asked for");
    }

    function _endorse(BillId bill, PartyId to) internal {
        bytes32 background = _hash();
        vm.prank(keyOf[bills.billOf(bill).holder]);
        bills.endorse(bill, to, background);
    }

    function _surrender(BillId bill) internal {
        bytes32 order = _hash();
        vm.prank(keyOf[bills.billOf(bill).holder]);
        bills.surrender(bill, order);
    }

    function _freezeBill(BillId bill) internal {
        bytes32 order = _hash();
        vm.prank(ARBITER);
        bills.freezeBill(bill, order);
    }

    function _unfreezeBill(BillId bill) internal {
        bytes32 order = _hash();
        vm.prank(ARBITER);
        bills.unfreezeBill(bill, order);
    }

    function _forceBill(BillId bill, PartyId to) internal {
        bytes32 order = _hash();
        vm.prank(ARBITER);
        bills.forceTransferBill(bill, to, order);
    }

    function _stateOfBill(BillId bill) internal view returns (BillState) {
        return bills.billOf(bill).state;
    }

    function _holderOfBill(BillId bill) internal view returns (PartyId) {
        return bills.billOf(bill).holder;
    }

    function _onBills(PartyId from, bytes memory callData, bytes memory expected) internal {
        _refused(keyOf[from], address(bills), callData, expected);
    }

    /// @dev The bill is in another state than the call needs.
    function _inState(BillId bill, BillState current, BillState expected) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IBillsOfLading.UnexpectedBillState.selector, bill, current, expected);
    }
}
