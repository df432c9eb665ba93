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
    lotOfAsset,
    receiptOfAsset
} from "../../../contracts/types/Ids.sol";
import {FacilityState, PartyState} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Enforced assets sold to others. Branches: FacilitySales.tree. The claim sold to another funder: FacilityClaims.t.sol.
contract FacilitySalesTest is FacilityFixture {
    uint48 private constant PRICE = 95_000;

    // ------------------------------------------------------------------------------------------------- offerSale, buyAsset

    function test_buyAsset_moneyAndAssetAtOnce() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        vm.expectEmit(address(facilities));
        emit IFacilities.SaleOffered(facility, assets[0], second, PRICE, _inADay());
        _offerSale(facility, assets[0], second, PRICE);
        uint256 before = _balance(funder);
        _fund(second, PRICE);
        vm.expectEmit(address(facilities));
        emit IFacilities.AssetEnforced(facility, assets[0], second, PRICE, PRICE - 63_630);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(second, funder, CNY, 63_630, _referenceOf(facility));
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(second, supplier, CNY, PRICE - 63_630, _referenceOf(facility));
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienEnforced(assets[0], 1, second, _referenceOf(facility));
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(assets[1], 1);
        _buy(facility, assets[0], second);
        vm.assertEq(_balance(second), 0, "the buyer paid");
        vm.assertEq(_balance(funder) - before, 63_630, "the debt");
        vm.assertEq(_balance(supplier), 63_000 + PRICE - 63_630, "the surplus");
        vm.assertTrue(_holderOf(receiptOfAsset(assets[0])) == second, "the buyer's");
        vm.assertFalse(_isPledged(assets[1]), "the rest is free");
        _isIn(facility, FacilityState.Closed);
    }

    function test_buyAsset_ofLessThanTheDebt() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(126_000);
        _offerSale(facility, assets[0], second, 90_000);
        _fund(second, 90_000);
        _buy(facility, assets[0], second);
        vm.assertEq(_debtOf(facility), 126_000 + 1260 - 90_000, "left");
        vm.assertTrue(_isPledged(assets[1]), "still in pledge");
        _isIn(facility, FacilityState.Defaulted);
    }

    function test_offerSale_toAnActiveThirdPartyInTime() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _notOffered(facility, assets[0], funder, PRICE, _inADay(), _invalid("buyer"));
        _notOffered(facility, assets[0], supplier, PRICE, _inADay(), _invalid("buyer"));
        PartyId unknown = PartyId.wrap(ledger.partyCount() + 1);
        _notOffered(facility, assets[0], unknown, PRICE, _inADay(), _suspended(unknown));
        _notOffered(facility, assets[0], NOBODY, PRICE, _inADay(), _suspended(NOBODY));
        _suspend(second);
        _notOffered(facility, assets[0], second, PRICE, _inADay(), _suspended(second));
        uint40 nowAt = uint40(block.timestamp);
        _notOffered(facility, assets[0], third, PRICE, nowAt, _invalid("expiresAt"));
        AssetId outside = _steel(1);
        bytes memory refusal = abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, outside);
        _notOffered(facility, outside, third, PRICE, _inADay(), refusal);
        refusal = abi.encodeWithSelector(IFacilities.PriceBelowFloor.selector, assets[0], 89_999, 90_000);
        _notOffered(facility, assets[0], third, 89_999, _inADay(), refusal);
    }

    function test_offerSale_anOpenOneIsNotReplaced() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _offerSale(facility, assets[0], second, PRICE);
        uint40 expiresAt = _inADay();
        bytes memory open = abi.encodeWithSelector(IFacilities.SaleOpen.selector, facility, assets[0], expiresAt);
        _notOffered(facility, assets[0], second, PRICE + 1, expiresAt, open);
        _notOffered(facility, assets[0], third, PRICE, expiresAt + 1, open);
        _offerSale(facility, assets[1], third, PRICE);
        vm.warp(expiresAt);
        _notOffered(facility, assets[0], third, PRICE, expiresAt + 1, open);
        vm.warp(expiresAt + 1);
        _offerSale(facility, assets[0], third, PRICE + 1);
        _fund(third, PRICE + 1);
        _buy(facility, assets[0], third);
        vm.assertTrue(_holderOf(receiptOfAsset(assets[0])) == third, "sold on the second offer");
    }

    function test_buyAsset_byWhomItIsOfferedInTime() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _notBought(facility, assets[0], second, _noSale(facility, assets[0]));
        _offerSale(facility, assets[0], second, PRICE);
        uint40 expiresAt = _inADay();
        PartyId[3] memory others = [third, funder, supplier];
        for (uint256 i = 0; i < others.length; ++i) {
            _notBought(facility, assets[0], others[i], _noSale(facility, assets[0]));
        }
        _notBought(facility, assets[1], second, _noSale(facility, assets[1]));
        bytes memory short = abi.encodeWithSelector(ICash.CashInsufficient.selector, second, CNY, 0, 63_630);
        _notBought(facility, assets[0], second, short);
        _fund(second, PRICE);
        vm.warp(expiresAt + 1);
        bytes memory late = abi.encodeWithSelector(IFacilities.SaleExpired.selector, facility, assets[0], expiresAt);
        _notBought(facility, assets[0], second, late);
        vm.warp(expiresAt);
        _buy(facility, assets[0], second);
        _notBought(
            facility,
            assets[0],
            second,
            abi.encodeWithSelector(
                IFacilities.UnexpectedFacilityState.selector, facility, FacilityState.Closed, FacilityState.Open
            )
        );
    }

    function test_buyAsset_whileItIsStillEnforceable() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 126_000);
        _call(facility);
        uint40 deadline = facilities.facilityOf(facility).callDeadline;
        vm.warp(deadline + 1);
        _offerSale(facility, assets[0], second, PRICE);
        _fund(second, PRICE);
        _repay(facility, 5000);
        _notBought(
            facility, assets[0], second, abi.encodeWithSelector(IFacilities.NotEnforceable.selector, facility, deadline)
        );
        _postPrice(STEEL, 8500);
        vm.prank(keyOf[supplier]);
        facilities.liftMarginCall(facility);
        _notBought(
            facility, assets[0], second, abi.encodeWithSelector(IFacilities.NotEnforceable.selector, facility, 0)
        );
    }

    /// @dev Between offer and purchase the price may rise; the borrower's floor rises with it.
    function test_buyAsset_atTheFloorOfNow() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _offerSale(facility, assets[0], second, PRICE);
        _fund(second, PRICE);
        vm.warp(block.timestamp + 1);
        _postPrice(STEEL, 10_556);
        _notBought(
            facility,
            assets[0],
            second,
            abi.encodeWithSelector(IFacilities.PriceBelowFloor.selector, assets[0], PRICE, 95_004)
        );
        vm.warp(block.timestamp + 1);
        _postPrice(STEEL, 10_555);
        _buy(facility, assets[0], second);
    }

    function test_buyAsset_notFromASuspendedFunder() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _offerSale(facility, assets[0], second, PRICE);
        _fund(second, PRICE);
        _suspend(funder);
        _notBought(facility, assets[0], second, _suspended(funder));
    }

    /// @dev What the buyer signed for is what the buyer gets.
    function test_buyAsset_lapsesWhenAPartOfTheGoodsLeft() public {
        ReceiptId receipt = _issued(4, TEN_UNITS / 4);
        FacilityId facility = _open(_one(assetOfReceipt(receipt)), 63_000);
        vm.warp(START + 20 days);
        bytes memory how = _divideTermsAt(receipt);
        _default(facility);
        _offerSale(facility, assetOfReceipt(receipt), second, PRICE);
        _fund(second, PRICE);
        vm.prank(keyOf[funder]);
        liens.releasePart(assetOfReceipt(receipt), how, WHY);
        _notBought(facility, assetOfReceipt(receipt), second, _noSale(facility, assetOfReceipt(receipt)));
        // And so it is in nobody's way.
        _offerSale(facility, assetOfReceipt(receipt), third, PRICE);
    }

    function test_buyAsset_lapsesWhenTheDebtorPaidAPart() public {
        AssetId lot = _lot(100_000);
        IFacilities.Terms memory terms = _facilityTerms(_both(lot, _steel(TEN_UNITS)), 120_000);
        FacilityId facility = _openWith(terms);
        _default(facility);
        _offerSale(facility, lot, second, 100_000);
        _fund(second, 100_000);
        _dispute(lotOfAsset(lot).noteOf(), 1);
        _notBought(facility, lot, second, _noSale(facility, lot));
    }

    function test_buyAsset_lapsesWhenTheAssetLeftAndCameBack() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _offerSale(facility, assets[0], second, PRICE);
        _fund(second, PRICE);
        _release(assets[0]);
        bytes memory outside = abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, assets[0]);
        _notBought(facility, assets[0], second, outside);
        _attest(stock, ATTESTED);
        _postPrice(STEEL, STEEL_PRICE);
        _addAsset(facility, assets[0]);
        _notBought(facility, assets[0], second, _noSale(facility, assets[0]));
    }

    function test_buyAsset_lapsesWithTheClaimOfWhoOfferedIt() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _offerSale(facility, assets[0], second, PRICE);
        _fund(second, PRICE);
        _offerClaim(facility, rival, 50_000);
        _fund(rival, 50_000);
        _takeClaim(facility);
        _notBought(facility, assets[0], second, _noSale(facility, assets[0]));
    }

    // ------------------------------------------------------------------------------------------- when a court moved it

    /// @dev The surplus is the owner's, and an owner does not buy its own.
    function test_enforcement_paysTheSurplusToWhomACourtGaveTheAsset() public {
        (FacilityId facility, AssetId[] memory assets) = _inDefault(63_000);
        _forceTransfer(receiptOfAsset(assets[0]), third);
        _forceTransfer(receiptOfAsset(assets[1]), funder);
        _offerSale(facility, assets[0], third, PRICE);
        _fund(third, PRICE);
        _notBought(facility, assets[0], third, _toHolder(assets[0]));
        bytes memory callData = abi.encodeCall(facilities.takeAsset, (facility, assets[1], PRICE));
        _onFacilities(funder, callData, _toHolder(assets[1]));
        uint256 snapshot = vm.snapshotState();
        vm.prank(keyOf[funder]);
        facilities.takeAsset(facility, assets[0], PRICE);
        vm.assertEq(_balance(third), PRICE + PRICE - 63_630, "out of the funder's purse");
        vm.assertEq(_balance(supplier), 63_000, "the borrower lost it to the court");
        vm.revertToState(snapshot);
        vm.warp(_inADay() + 1);
        _offerSale(facility, assets[0], second, PRICE);
        _fund(second, PRICE);
        uint256 owed = _debtOf(facility);
        _buy(facility, assets[0], second);
        vm.assertEq(_balance(third), PRICE + PRICE - owed, "out of the buyer's");
        vm.assertEq(_balance(second), 0, "who paid the price");
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

    function _offerSale(FacilityId facility, AssetId asset, PartyId buyer, uint48 priceMinor) private {
        vm.prank(keyOf[funder]);
        facilities.offerSale(facility, asset, buyer, priceMinor, _inADay());
    }

    function _buy(FacilityId facility, AssetId asset, PartyId buyer) private {
        vm.prank(keyOf[buyer]);
        facilities.buyAsset(facility, asset);
    }

    function _offerClaim(FacilityId facility, PartyId to, uint48 priceMinor) private {
        vm.prank(keyOf[funder]);
        facilities.offerClaim(facility, to, priceMinor, _inADay(), WHY);
    }

    function _takeClaim(FacilityId facility) private {
        vm.prank(keyOf[rival]);
        facilities.takeClaim(facility);
    }

    /// @dev The keeper's seal for cutting the first lot off, good for long.
    function _divideTermsAt(ReceiptId receipt) private returns (bytes memory terms) {
        uint256 nowAt = block.timestamp;
        vm.warp(DUE + 1);
        terms = _divideTerms(receipt, 1);
        vm.warp(nowAt);
    }

    function _suspend(PartyId party) private {
        vm.prank(REGISTRAR);
        ledger.setPartyState(party, PartyState.Suspended);
    }

    function _notOffered(
        FacilityId facility,
        AssetId asset,
        PartyId buyer,
        uint48 priceMinor,
        uint40 expiresAt,
        bytes memory expected
    ) private {
        bytes memory callData = abi.encodeCall(facilities.offerSale, (facility, asset, buyer, priceMinor, expiresAt));
        _onFacilities(funder, callData, expected);
    }

    function _notBought(FacilityId facility, AssetId asset, PartyId buyer, bytes memory expected) private {
        _onFacilities(buyer, abi.encodeCall(facilities.buyAsset, (facility, asset)), expected);
    }

    function _noSale(FacilityId facility, AssetId asset) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFacilities.SaleUnknown.selector, facility, asset);
    }

    function _invalid(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFacilities.FacilityTermInvalid.selector, field);
    }

    function _suspended(PartyId party) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IParties.PartySuspended.selector, party);
    }

    function _toHolder(AssetId asset) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILienRegistry.EnforcedToHolder.selector, asset);
    }
}
