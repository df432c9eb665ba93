// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {IModules} from "../../../contracts/interfaces/IModules.sol";
import {AssetId, BillId, FacilityId, asFinancing, assetOfBill} from "../../../contracts/types/Ids.sol";
import {BillState} from "../../../contracts/types/States.sol";
import {CallerTable} from "./support/CallerTable.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {LedgerFixture} from "./support/LedgerFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev As WrongCaller.t.sol, for every function of bills of lading, prices and facilities.
contract FacilityCallersTest is FacilityFixture, CallerTable {
    function setUp() public override(LedgerFixture, FacilityFixture) {
        FacilityFixture.setUp();
    }

    function test_everyRestrictedCall_refusesWhoLacksTheRole() public {
        BillId issued = _bill();
        BillId frozen = _billIn(BillState.Frozen);
        BillId ended = _billIn(BillState.Discharged);
        bytes32[] memory lots = _keysOf(bills.billOf(ended).receipt);
        vm.startPrank(keyOf[keeper]);
        warehouse.discardDraft(bills.billOf(ended).receipt, lots);
        vm.stopPrank();
        address target = address(bills);
        uint256 checked;
        checked += _restricted(ARBITER, target, abi.encodeCall(bills.freezeBill, (issued, WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(bills.unfreezeBill, (frozen, WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(bills.forceTransferBill, (issued, second, WHY)));
        checked += _restricted(ARBITER, target, abi.encodeCall(bills.reinstateBill, (ended, WHY)));
        target = address(facilities);
        checked += _restricted(GOVERNOR, target, abi.encodeCall(IModules.setModule, (address(7), true)));
        vm.assertEq(checked, 5, "restricted functions");
    }

    function test_everyModuleCall_refusesWhoIsNoModule() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _moduleOnly(address(facilities), abi.encodeCall(facilities.collect, (asFinancing(facility), asset, 1)));
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function _callCount() internal pure override returns (uint256) {
        return 23;
    }

    function _prepareCalls() internal override {
        FacilityId open = _open(_steels(2), 1000);
        FacilityId late = _open(_steels(3), 63_000);
        FacilityId lifted = _tight();
        FacilityId tight = _tight();
        vm.warp(DUE + 1);
        _attest(stock, ATTESTED);
        _postPrice(STEEL, STEEL_PRICE - 100);
        vm.startPrank(keyOf[funder]);
        facilities.markFacilityDefaulted(late);
        facilities.callMargin(lifted);
        vm.stopPrank();
        _repay(lifted, 30_000);
        _prepareBills();
        _add("postPrice", priceSource, address(prices), abi.encodeCall(prices.postPrice, (STEEL, EUR, 1, START)));
        _prepareOffers();
        _preparePool(open);
        address target = address(facilities);
        _add("callMargin", funder, target, abi.encodeCall(facilities.callMargin, (tight)));
        _add("liftMarginCall", funder, target, abi.encodeCall(facilities.liftMarginCall, (lifted)));
        _add("liftMarginCall as borrower", supplier, target, abi.encodeCall(facilities.liftMarginCall, (lifted)));
        _add("markFacilityDefaulted", funder, target, abi.encodeCall(facilities.markFacilityDefaulted, (open)));
        _prepareEnforcement(late);
        _prepareClaim(open);
    }

    /// @dev Drawn to a limit that the smallest fall of the price passes.
    function _tight() private returns (FacilityId) {
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 63_000);
        terms.callLtvBps = 7000;
        return _openWith(terms);
    }

    function _prepareBills() private {
        address target = address(bills);
        BillId issued = _bill();
        BillId back = _billIn(BillState.Surrendered);
        _add("issueBill", carrier, target, abi.encodeCall(bills.issueBill, (_billTerms())));
        _add("endorse", supplier, target, abi.encodeCall(bills.endorse, (issued, second, WHY)));
        _add("surrender", supplier, target, abi.encodeCall(bills.surrender, (issued, WHY)));
        _add("revokeSurrender", supplier, target, abi.encodeCall(bills.revokeSurrender, (back)));
        _add("switchBill", carrier, target, abi.encodeCall(bills.switchBill, (back, _billTerms())));
        _add("dischargeBill", carrier, target, abi.encodeCall(bills.dischargeBill, (back, _drafted(1, SHIPPED))));
    }

    function _prepareOffers() private {
        address target = address(facilities);
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 1000);
        (terms.expiresAt, terms.dueAt) = (DUE + 1 days, DUE + 60 days);
        FacilityId offered = _offerFacility(terms);
        _add("offerFacility", funder, target, abi.encodeCall(facilities.offerFacility, (terms)));
        _add("withdrawFacility", funder, target, abi.encodeCall(facilities.withdrawFacility, (offered)));
        _add("acceptFacility", supplier, target, abi.encodeCall(facilities.acceptFacility, (offered, terms)));
    }

    function _preparePool(FacilityId open) private {
        address target = address(facilities);
        AssetId asset = facilities.assetsOf(open)[0];
        AssetId free = _steel(TEN_UNITS);
        _add("addAsset", supplier, target, abi.encodeCall(facilities.addAsset, (open, assetOfBill(_bill()))));
        _add("substituteAsset", supplier, target, abi.encodeCall(facilities.substituteAsset, (open, asset, free)));
        _add("withdrawAsset", supplier, target, abi.encodeCall(facilities.withdrawAsset, (open, asset)));
        _add("repayFacility", supplier, target, abi.encodeCall(facilities.repayFacility, (open, 1)));
    }

    function _prepareEnforcement(FacilityId late) private {
        address target = address(facilities);
        AssetId[] memory assets = facilities.assetsOf(late);
        uint40 tomorrow = uint40(block.timestamp + 1 days);
        _fund(second, 100_000);
        vm.prank(keyOf[funder]);
        facilities.offerSale(late, assets[0], second, 100_000, tomorrow);
        _add("takeAsset", funder, target, abi.encodeCall(facilities.takeAsset, (late, assets[1], 100_000)));
        bytes memory offer = abi.encodeCall(facilities.offerSale, (late, assets[2], second, 100_000, tomorrow));
        _add("offerSale", funder, target, offer);
        _add("buyAsset", second, target, abi.encodeCall(facilities.buyAsset, (late, assets[0])));
    }

    function _prepareClaim(FacilityId open) private {
        address target = address(facilities);
        uint40 tomorrow = uint40(block.timestamp + 1 days);
        FacilityId sold = _openAnew();
        _fund(rival, 100);
        vm.prank(keyOf[funder]);
        facilities.offerClaim(sold, rival, 100, tomorrow, WHY);
        _add("offerClaim", funder, target, abi.encodeCall(facilities.offerClaim, (open, rival, 100, tomorrow, WHY)));
        _add("takeClaim", rival, target, abi.encodeCall(facilities.takeClaim, (sold)));
    }

    function _openAnew() private returns (FacilityId) {
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 1000);
        (terms.expiresAt, terms.dueAt) = (DUE + 1 days, DUE + 60 days);
        return _openWith(terms);
    }
}
