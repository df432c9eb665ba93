// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {AssetId, FacilityId, receiptOfAsset} from "../../../contracts/types/Ids.sol";
import {FacilityState} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Interest and repayment by the borrower. Branches: FacilityRepayment.tree. Out of settlements: FacilitySettlement.t.sol.
contract FacilityRepaymentTest is FacilityFixture {
    /// @dev 600 bps of 63,000 on 360 days: 10.5 a day.
    uint48 private constant TWO_DAYS = 21;

    // --------------------------------------------------------------------------------------------------------- interest

    function test_interest_runsPerDayAndNotOnTheDayOfDrawdown() public {
        (FacilityId facility,) = _facility(63_000);
        // START lies at 08:00 UTC, so the first midnight is 16 hours away.
        vm.warp(START + 16 hours - 1);
        vm.assertEq(_debtOf(facility), 63_000, "the day of drawdown");
        vm.warp(START + 16 hours);
        vm.assertEq(_debtOf(facility), 63_011, "10.5 rounded up");
        vm.warp(START + 40 hours);
        vm.assertEq(_debtOf(facility), 63_000 + TWO_DAYS, "never from what was rounded");
        vm.warp(START + 30 days);
        vm.assertEq(_debtOf(facility), 63_315, "30 days");
    }

    function test_interest_runsOnWhatIsLeft() public {
        (FacilityId facility,) = _facility(63_000);
        vm.warp(START + 2 days);
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityRepaid(facility, TWO_DAYS, 31_500, 31_500, 0, IFacilities.RepaidBy.Borrower);
        _repay(facility, TWO_DAYS + 31_500);
        vm.warp(START + 6 days);
        vm.assertEq(_debtOf(facility), 31_500 + TWO_DAYS, "half of it, in twice the time");
    }

    function test_interest_neverGrowsADebtBeyond48Bits() public {
        IFacilities.Terms memory terms = _facilityTerms(_one(_steel(1_000_000)), MAX_MINOR - 1000);
        vm.warp(START + 1);
        _postPrice(STEEL, type(uint64).max);
        terms.rateBps = 10_000;
        _fund(funder, MAX_MINOR);
        FacilityId facility = _openWith(terms);
        vm.warp(START + 30 days);
        vm.assertEq(_debtOf(facility), MAX_MINOR, "stops there");
        _default(facility);
        _fund(supplier, 1000);
        vm.assertEq(_repay(facility, MAX_MINOR), MAX_MINOR, "the whole debt");
        _isIn(facility, FacilityState.Closed);
    }

    // ---------------------------------------------------------------------------------------------------- repayFacility

    function test_repayFacility_interestFirst() public {
        (FacilityId facility,) = _facility(63_000);
        vm.warp(START + 2 days);
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityRepaid(facility, 20, 0, 63_000, 1, IFacilities.RepaidBy.Borrower);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(supplier, funder, CNY, 20, _referenceOf(facility));
        _repay(facility, 20);
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityRepaid(facility, 1, 1, 62_999, 0, IFacilities.RepaidBy.Borrower);
        _repay(facility, 2);
        vm.assertEq(facilities.facilityOf(facility).repaidMinor, 22, "repaid");
        vm.assertEq(facilities.facilityOf(facility).principalMinor, 62_999, "principal");
    }

    function test_repayFacility_theLastCentFreesEverything() public {
        AssetId[] memory assets = _steels(3);
        FacilityId facility = _open(assets, 63_000);
        // One that the pledgee gave up and one that is somebody else's security by now are left alone.
        _release(assets[1]);
        _pledgeAsset(supplier, assets[1], rival, 5);
        _repay(facility, 62_999);
        vm.assertTrue(_isPledged(assets[0]), "not before the last");
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityClosed(facility);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(supplier, funder, CNY, 1, _referenceOf(facility));
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(assets[0], 1);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(assets[2], 1);
        _repay(facility, 1);
        _isIn(facility, FacilityState.Closed);
        vm.assertTrue(_isPledged(assets[1]), "the rival's");
        vm.assertEq(facilities.assetsOf(facility).length, 0, "no pool");
        _transfer(receiptOfAsset(assets[0]), second);
    }

    function test_repayFacility_byTheBorrowerAtMostTheDebt() public {
        (FacilityId facility,) = _facility(63_000);
        _onFacilities(
            funder,
            abi.encodeCall(facilities.repayFacility, (facility, 1)),
            abi.encodeWithSelector(IFacilities.NotFacilityBorrower.selector, facility, funder)
        );
        _notRepaid(
            facility,
            63_001,
            abi.encodeWithSelector(IFacilities.FacilityRepaymentTooLarge.selector, facility, 63_000, 63_001)
        );
        _notRepaid(facility, 0, abi.encodeWithSelector(ICash.CashAmountZero.selector));
        vm.prank(keyOf[supplier]);
        cash.transfer(second, CNY, 1, WHY);
        bytes memory short = abi.encodeWithSelector(ICash.CashInsufficient.selector, supplier, CNY, 62_999, 63_000);
        _notRepaid(facility, MAX_MINOR, short);
        _isIn(facility, FacilityState.Open);
    }

    function test_repayFacility_aCalledOneStaysCalledUntilLiftedOrPaid() public {
        (FacilityId facility,) = _facility(63_000);
        _call(facility);
        _repay(facility, 30_000);
        _isIn(facility, FacilityState.Called);
        _repay(facility, MAX_MINOR);
        _isIn(facility, FacilityState.Closed);
        vm.assertEq(facilities.facilityOf(facility).callDeadline, 0, "no call is open");
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _notRepaid(FacilityId facility, uint48 amountMinor, bytes memory expected) private {
        _onFacilities(supplier, abi.encodeCall(facilities.repayFacility, (facility, amountMinor)), expected);
    }
}
