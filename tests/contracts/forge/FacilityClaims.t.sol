// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {
    AssetId,
    FacilityId,
    NOBODY,
    PartyId,
    ReceiptId,
    assetOfReceipt,
    receiptOfAsset
} from "../../../contracts/types/Ids.sol";
import {PartyState} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev The claim sold to another funder, liens included. Branches: FacilityClaims.tree.
contract FacilityClaimsTest is FacilityFixture {
    // ---------------------------------------------------------------------------------------------- offerClaim, takeClaim

    function test_takeClaim_moneyAndLiensAtOnce() public {
        AssetId[] memory assets = _both(_steel(TEN_UNITS), _lot(10_000));
        FacilityId facility = _open(assets, 63_000);
        vm.expectEmit(address(facilities));
        emit IFacilities.ClaimOffered(facility, rival, 62_000, _inADay(), WHY);
        _offerClaim(facility, rival, 62_000);
        uint256 before = _balance(funder);
        _fund(rival, 62_000);
        vm.expectEmit(address(facilities));
        emit IFacilities.ClaimTransferred(facility, funder, rival, 62_000);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(liens));
            emit ILienRegistry.LienTransferred(assets[i], 1, rival, 0, WHY, 0);
        }
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(rival, funder, CNY, 62_000, _referenceOf(facility));
        _takeClaim(facility);
        vm.assertEq(_balance(funder) - before, 62_000, "paid");
        vm.assertEq(_balance(rival), 0, "in full");
        vm.assertTrue(facilities.facilityOf(facility).funder == rival, "the new funder");
        _secures(facility, assets[0], rival);
        _secures(facility, assets[1], rival);
        // The debt is the new funder's, and so is every right over the pool.
        _repay(facility, 63_000);
        vm.assertEq(_balance(rival), 63_000, "repaid to the new one");
        vm.assertFalse(_isPledged(assets[0]), "freed");
    }

    function test_takeClaim_theNewFunderEnforces() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _offerClaim(facility, rival, 62_000);
        _fund(rival, 162_000);
        _takeClaim(facility);
        bytes memory callData = abi.encodeCall(facilities.takeAsset, (facility, assets[0], 100_000));
        _onFacilities(
            funder, callData, abi.encodeWithSelector(IFacilities.NotFacilityFunder.selector, facility, funder)
        );
        vm.prank(keyOf[rival]);
        facilities.takeAsset(facility, assets[0], 100_000);
        vm.assertTrue(_holderOf(receiptOfAsset(assets[0])) == rival, "taken");
        vm.assertEq(_balance(rival), 100_000 - (100_000 - 63_630), "less the surplus");
    }

    function test_offerClaim_toAnActiveThirdPartyInTime() public {
        (FacilityId facility,) = _facility(63_000);
        uint40 later = _inADay();
        _noClaim(facility, funder, 1, later, WHY, _invalid("to"));
        _noClaim(facility, supplier, 1, later, WHY, _invalid("to"));
        _noClaim(facility, NOBODY, 1, later, WHY, _suspended(NOBODY));
        _suspend(rival);
        _noClaim(facility, rival, 1, later, WHY, _suspended(rival));
        _noClaim(facility, second, 0, later, WHY, _invalid("priceMinor"));
        _noClaim(facility, second, 1, uint40(block.timestamp), WHY, _invalid("expiresAt"));
        _noClaim(facility, second, 1, later, 0, _invalid("agreementHash"));
    }

    function test_offerClaim_anOpenOneIsNotReplaced() public {
        (FacilityId facility,) = _facility(63_000);
        _offerClaim(facility, rival, 62_000);
        uint40 expiresAt = _inADay();
        bytes memory open = abi.encodeWithSelector(IFacilities.ClaimOpen.selector, facility, expiresAt);
        _noClaim(facility, rival, 63_000, expiresAt, WHY, open);
        vm.warp(expiresAt);
        _noClaim(facility, rival, 63_000, expiresAt + 1, WHY, open);
        vm.warp(expiresAt + 1);
        _offerClaim(facility, rival, 63_000);
    }

    function test_takeClaim_byWhomItIsOfferedInTime() public {
        (FacilityId facility,) = _facility(63_000);
        bytes memory none = abi.encodeWithSelector(IFacilities.ClaimNotOffered.selector, facility);
        _notClaimed(facility, rival, none);
        _offerClaim(facility, rival, 62_000);
        _notClaimed(facility, funder, none);
        bytes memory short = abi.encodeWithSelector(ICash.CashInsufficient.selector, rival, CNY, 0, 62_000);
        _notClaimed(facility, rival, short);
        _fund(rival, 62_000);
        vm.warp(START + 1 days + 1);
        _notClaimed(facility, rival, none);
        vm.warp(START + 1 days);
        _takeClaim(facility);
        _notClaimed(facility, rival, none);
    }

    function test_takeClaim_notFromASuspendedFunder() public {
        (FacilityId facility,) = _facility(63_000);
        _offerClaim(facility, rival, 62_000);
        _fund(rival, 62_000);
        _suspend(funder);
        _notClaimed(facility, rival, _suspended(funder));
    }

    /// @dev Whoever buys a claim of 63,000 over two receipts does not pay for less of either.
    function test_takeClaim_lapsesWhenDebtOrPoolChanged() public {
        ReceiptId divisible = _issued(2, TEN_UNITS / 2);
        AssetId[] memory assets = _both(_steel(TEN_UNITS), assetOfReceipt(divisible));
        FacilityId facility = _open(assets, 63_000);
        _offerClaim(facility, rival, 62_000);
        _fund(rival, 62_000);
        uint256 snapshot = vm.snapshotState();
        _repay(facility, 1);
        _lapsed(facility);
        vm.revertToState(snapshot);
        _release(assets[0]);
        _lapsed(facility);
        vm.revertToState(snapshot);
        _withdraw(facility, assets[0]);
        _lapsed(facility);
        vm.revertToState(snapshot);
        _addAsset(facility, _steel(1));
        _lapsed(facility);
        vm.revertToState(snapshot);
        bytes memory how = _divideTerms(divisible, 1);
        vm.prank(keyOf[funder]);
        liens.releasePart(assets[1], how, WHY);
        _lapsed(facility);
        vm.revertToState(snapshot);
        // Time, prices and calls change neither.
        vm.warp(START + 1 hours);
        _postPrice(STEEL, 4000);
        vm.prank(keyOf[funder]);
        facilities.callMargin(facility);
        _takeClaim(facility);
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _inDefault(uint48 principalMinor) private returns (FacilityId facility, AssetId[] memory assets) {
        assets = _steels(2);
        facility = _open(assets, principalMinor);
        _default(facility);
    }

    function _inADay() private view returns (uint40) {
        return uint40(block.timestamp + 1 days);
    }

    function _offerClaim(FacilityId facility, PartyId to, uint48 priceMinor) private {
        vm.prank(keyOf[funder]);
        facilities.offerClaim(facility, to, priceMinor, _inADay(), WHY);
    }

    function _takeClaim(FacilityId facility) private {
        vm.prank(keyOf[rival]);
        facilities.takeClaim(facility);
    }

    function _suspend(PartyId party) private {
        vm.prank(REGISTRAR);
        ledger.setPartyState(party, PartyState.Suspended);
    }

    /// @dev Cannot be taken any more, and stands in no other offer's way.
    function _lapsed(FacilityId facility) private {
        _notClaimed(facility, rival, abi.encodeWithSelector(IFacilities.ClaimNotOffered.selector, facility));
        _offerClaim(facility, rival, 1000);
    }

    function _noClaim(
        FacilityId facility,
        PartyId to,
        uint48 priceMinor,
        uint40 expiresAt,
        bytes32 agreementHash,
        bytes memory expected
    ) private {
        bytes memory callData = abi.encodeCall(
            facilities.offerClaim, (facility, to, priceMinor, expiresAt, agreementHash)
        );
        _onFacilities(funder, callData, expected);
    }

    function _notClaimed(FacilityId facility, PartyId actor, bytes memory expected) private {
        _onFacilities(actor, abi.encodeCall(facilities.takeClaim, (facility)), expected);
    }

    function _invalid(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFacilities.FacilityTermInvalid.selector, field);
    }

    function _suspended(PartyId party) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IParties.PartySuspended.selector, party);
    }
}
