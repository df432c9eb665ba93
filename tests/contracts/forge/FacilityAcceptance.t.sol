// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {
    AssetId,
    BillId,
    FacilityId,
    PartyId,
    ReceiptId,
    asFinancing,
    assetOfBill,
    assetOfReceipt,
    lotOfAsset,
    receiptOfAsset
} from "../../../contracts/types/Ids.sol";
import {BillState, FacilityState, PartyState} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Acceptance of a facility: everything is pledged and paid at once, or nothing. Branches: FacilityAcceptance.tree.
contract FacilityAcceptanceTest is FacilityFixture {
    // --------------------------------------------------------------------------------------------------- acceptFacility

    function test_acceptFacility_pledgesEverythingAndPaysAtOnce() public {
        AssetId[] memory assets = new AssetId[](3);
        assets[0] = _steel(TEN_UNITS);
        assets[1] = _steelAtSea();
        assets[2] = _lot(40_000);
        // 90,000 + 45,000 + 38,000 after haircuts.
        IFacilities.Terms memory terms = _facilityTerms(assets, 121_100);
        FacilityId facility = _offerFacility(terms);
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityDrawnDown(facility, 173_000, 7000);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectEmit(address(facilities));
            emit IFacilities.AssetAdded(facility, assets[i]);
            vm.expectEmit(address(liens));
            emit ILienRegistry.LienPlaced(
                assets[i],
                1,
                funder,
                supplier,
                121_100,
                asFinancing(facility),
                START,
                terms.agreementHash,
                terms.registrationHash
            );
        }
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(funder, supplier, CNY, 121_100, _referenceOf(facility));
        _accept(facility, terms);
        for (uint256 i = 0; i < 3; ++i) {
            _secures(facility, assets[i], funder);
            vm.assertTrue(facilities.assetsOf(facility)[i] == assets[i], "in the pool");
        }
        vm.assertEq(_balance(supplier), 121_100, "drawn down");
        _shows(facility, terms);
    }

    function _shows(FacilityId facility, IFacilities.Terms memory terms) private view {
        IFacilities.FacilityView memory opened = facilities.facilityOf(facility);
        vm.assertEq(uint256(opened.state), uint256(FacilityState.Open), "state");
        vm.assertTrue(opened.funder == funder && opened.borrower == supplier, "parties");
        vm.assertTrue(opened.currency == CNY && opened.priceSource == priceSource, "currency and source");
        vm.assertEq(opened.principalMinor, terms.principalMinor, "principal");
        vm.assertEq(opened.interestMinor + opened.repaidMinor + opened.callDeadline, 0, "nothing happened yet");
        vm.assertEq(opened.rateBps, 600, "rate");
        vm.assertEq(opened.dayBasis, 360, "basis");
        vm.assertEq(opened.dueAt, DUE, "due");
        vm.assertEq(opened.expiresAt, START + 10 days, "expiry");
        vm.assertEq(opened.priceMaxAgeS, PRICE_AGE, "price age");
        vm.assertEq(opened.drawLtvBps, 7000, "draw");
        vm.assertEq(opened.callLtvBps, 8000, "call");
        vm.assertEq(opened.callPeriodS, CALL_PERIOD, "period");
        vm.assertEq(opened.saleFloorBps, 9000, "floor");
        vm.assertEq(opened.minimumValueMinor, terms.minimumValueMinor, "minimum");
        IFacilities.Valuation memory valuation = facilities.valuationOf(facility);
        vm.assertEq(valuation.grossMinor, 190_000, "gross");
        vm.assertEq(valuation.valueMinor, 173_000, "value");
        vm.assertEq(valuation.debtMinor, terms.principalMinor, "debt");
        vm.assertEq(valuation.ltvBps, 7000, "LTV");
        vm.assertEq(valuation.pricedAt, START, "priced");
    }

    function test_acceptFacility_byTheBorrower() public {
        (FacilityId facility, IFacilities.Terms memory terms) = _facilityIn(FacilityState.Offered);
        PartyId[3] memory others = [funder, rival, second];
        for (uint256 i = 0; i < others.length; ++i) {
            _onFacilities(
                others[i],
                abi.encodeCall(facilities.acceptFacility, (facility, terms)),
                abi.encodeWithSelector(IFacilities.NotFacilityBorrower.selector, facility, others[i])
            );
        }
    }

    function test_acceptFacility_onTheVeryTermsOffered() public {
        (FacilityId facility, IFacilities.Terms memory terms) = _facilityIn(FacilityState.Offered);
        bytes memory unlike = abi.encodeWithSelector(IFacilities.TermsUnlike.selector, facility);
        terms.principalMinor += 1;
        _notAccepted(facility, terms, unlike);
        terms.principalMinor -= 1;
        terms.rateBps = 0;
        _notAccepted(facility, terms, unlike);
        terms.rateBps = 600;
        terms.assets[0] = _steel(TEN_UNITS);
        _notAccepted(facility, terms, unlike);
        terms = _facilityTerms(_both(terms.assets[0], terms.assets[0]), 63_000);
        _notAccepted(facility, terms, unlike);
        terms = _facilityTerms(_one(AssetId.wrap(0)), 63_000);
        terms.goods[0].haircutBps = 0;
        _notAccepted(facility, terms, unlike);
    }

    function test_acceptFacility_untilItExpires() public {
        (FacilityId facility, IFacilities.Terms memory terms) = _facilityIn(FacilityState.Offered);
        vm.warp(terms.expiresAt);
        _postPrice(STEEL, STEEL_PRICE);
        uint256 snapshot = vm.snapshotState();
        _accept(facility, terms);
        vm.revertToState(snapshot);
        vm.warp(terms.expiresAt + 1);
        bytes memory expired =
            abi.encodeWithSelector(IFacilities.FacilityOfferExpired.selector, facility, terms.expiresAt);
        _notAccepted(facility, terms, expired);
    }

    function test_acceptFacility_fromAnActiveFunderThatHasTheCash() public {
        (FacilityId facility, IFacilities.Terms memory terms) = _facilityIn(FacilityState.Offered);
        vm.prank(REGISTRAR);
        ledger.setPartyState(funder, PartyState.Suspended);
        _notAccepted(facility, terms, abi.encodeWithSelector(IParties.PartySuspended.selector, funder));
        vm.prank(REGISTRAR);
        ledger.setPartyState(funder, PartyState.Active);
        uint256 spare = _balance(funder) - 62_999;
        vm.prank(keyOf[funder]);
        cash.redeem(CNY, spare, WHY);
        bytes memory short = abi.encodeWithSelector(ICash.CashInsufficient.selector, funder, CNY, 62_999, 63_000);
        _notAccepted(facility, terms, short);
        vm.assertFalse(_isPledged(terms.assets[0]), "nothing is pledged without the money");
    }

    function test_acceptFacility_overWhatTheBorrowerMayPledge() public {
        ReceiptId moved = _issued(1, TEN_UNITS);
        _transfer(moved, second);
        AssetId others = assetOfReceipt(moved);
        _notOpened(
            others, abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, receiptOfAsset(others), supplier)
        );
        AssetId lot = _lot(100_000);
        _assign(supplier, lotOfAsset(lot), second);
        _notOpened(lot, abi.encodeWithSelector(ILots.NotHolder.selector, lotOfAsset(lot), supplier, second));
        BillId bill = _billIn(BillState.Surrendered);
        _notOpened(assetOfBill(bill), _inState(bill, BillState.Surrendered, BillState.Issued));
        AssetId pledged = _steel(TEN_UNITS);
        _pledgeAsset(supplier, pledged, rival, 1);
        _notOpened(pledged, abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, pledged));
        AssetId blocked = _steel(TEN_UNITS);
        _block(blocked, WHY);
        _notOpened(blocked, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, blocked, 1));
    }

    function test_acceptFacility_eachAssetCountsOnce() public {
        AssetId asset = _steel(TEN_UNITS);
        IFacilities.Terms memory terms = _facilityTerms(_both(asset, asset), 63_000);
        FacilityId facility = _offerFacility(terms);
        _notAccepted(facility, terms, abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, asset));
    }

    function test_acceptFacility_ofGoodsThatWereAgreed() public {
        IFacilities.Terms memory terms = _facilityTerms(_one(_steel(TEN_UNITS)), 1);
        terms.goods[0].good = WHY;
        FacilityId facility = _offerFacility(terms);
        _notAccepted(facility, terms, abi.encodeWithSelector(IFacilities.GoodNotAgreed.selector, facility, STEEL));
        terms = _facilityTerms(_one(_lot(100_000)), 1);
        terms.goods[2].good = WHY;
        facility = _offerFacility(terms);
        _notAccepted(facility, terms, abi.encodeWithSelector(IFacilities.GoodNotAgreed.selector, facility, LOTS));
    }

    function test_acceptFacility_inTheCurrencyOfItsLots() public {
        IFacilities.Terms memory terms = _facilityTerms(_one(_lot(100_000)), 1);
        terms.currency = EUR;
        FacilityId facility = _offerFacility(terms);
        _notAccepted(facility, terms, abi.encodeWithSelector(IFacilities.CurrencyUnlike.selector, terms.assets[0], EUR));
        // Goods are priced in any currency that the source names; it never named this one.
        terms = _facilityTerms(_one(_steel(TEN_UNITS)), 1);
        terms.currency = EUR;
        facility = _offerFacility(terms);
        _notAccepted(facility, terms, abi.encodeWithSelector(IFacilities.PriceMissing.selector, STEEL));
    }

    function test_acceptFacility_ofKindsThatExist() public {
        AssetId asset = AssetId.wrap((uint256(4) << 248) | 1);
        _notOpened(asset, abi.encodeWithSelector(ILienRegistry.AssetKindUnknown.selector, 4));
    }

    function test_acceptFacility_atFreshPrices() public {
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 63_000);
        FacilityId facility = _offerFacility(terms);
        vm.warp(START + PRICE_AGE);
        uint256 snapshot = vm.snapshotState();
        _accept(facility, terms);
        vm.revertToState(snapshot);
        vm.warp(START + PRICE_AGE + 1);
        bytes memory stale = abi.encodeWithSelector(IFacilities.PriceStale.selector, START, START + PRICE_AGE + 1);
        _notAccepted(facility, terms, stale);
    }

    /// @dev One minor unit more than the limit, and one less than the minimum.
    function test_acceptFacility_withinItsLimits() public {
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 63_001);
        FacilityId facility = _offerFacility(terms);
        _notAccepted(facility, terms, abi.encodeWithSelector(IFacilities.LtvAboveLimit.selector, facility, 7001, 7000));
        terms.principalMinor = 63_000;
        terms.minimumValueMinor = VALUE + 1;
        facility = _offerFacility(terms);
        _notAccepted(
            facility, terms, abi.encodeWithSelector(IFacilities.ValueBelowMinimum.selector, facility, VALUE, VALUE + 1)
        );
        terms.minimumValueMinor = VALUE;
        _openWith(terms);
    }

    /// @dev The terms name the source; what others say of the same good counts for nothing.
    function test_acceptFacility_atThePricesOfItsOwnSource() public {
        PartyId dear = _registerSigner("dear source", 1 << 9);
        vm.prank(keyOf[dear]);
        prices.postPrice(STEEL, CNY, 10 * STEEL_PRICE, START);
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 63_001);
        FacilityId facility = _offerFacility(terms);
        _notAccepted(facility, terms, abi.encodeWithSelector(IFacilities.LtvAboveLimit.selector, facility, 7001, 7000));
        terms.priceSource = dear;
        facility = _openWith(terms);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, 10 * VALUE, "at the other source's price");
        vm.warp(START + 1);
        _postPrice(STEEL, 1);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, 10 * VALUE, "and at that alone");
    }

    // ----------------------------------------------------------------------------------------------------------- helpers

    function _notAccepted(FacilityId facility, IFacilities.Terms memory terms, bytes memory expected) private {
        _onFacilities(supplier, abi.encodeCall(facilities.acceptFacility, (facility, terms)), expected);
    }

    /// @dev Beside a receipt that bears the debt alone.
    function _notOpened(AssetId asset, bytes memory expected) private {
        IFacilities.Terms memory terms = _facilityTerms(_both(_steel(TEN_UNITS), asset), 1);
        _notAccepted(_offerFacility(terms), terms, expected);
    }
}
