// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {AssetId, FacilityId, NOBODY, PartyId} from "../../../contracts/types/Ids.sol";
import {FacilityState, ROLE_FUNDER} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Offer of a facility, and its withdrawal. Branches: FacilityOffers.tree. Acceptance: FacilityAcceptance.t.sol.
contract FacilityOffersTest is FacilityFixture {
    // ---------------------------------------------------------------------------------------------------- offerFacility

    function test_offerFacility_bindsTheFunderAndLocksNothing() public {
        AssetId asset = _steel(TEN_UNITS);
        IFacilities.Terms memory terms = _facilityTerms(_one(asset), 63_000);
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityOffered(FacilityId.wrap(1), funder, supplier, terms);
        FacilityId facility = _offerFacility(terms);
        IFacilities.FacilityView memory offered = facilities.facilityOf(facility);
        vm.assertEq(uint256(offered.state), uint256(FacilityState.Offered), "state");
        vm.assertTrue(offered.funder == funder && offered.borrower == supplier, "parties");
        vm.assertEq(offered.expiresAt, START + 10 days, "expiry");
        vm.assertEq(offered.principalMinor, 0, "nothing drawn");
        vm.assertEq(facilities.facilityCount(), 1, "count");
        vm.assertEq(facilities.assetsOf(facility).length, 0, "no assets");
        vm.assertEq(facilities.valuationOf(facility).ltvBps, 0, "no debt");
        vm.assertFalse(_isPledged(asset), "free");
        vm.assertEq(_balance(supplier), 0, "no money");
    }

    function test_offerFacility_byAFunder() public {
        bytes memory callData = abi.encodeCall(facilities.offerFacility, (_facilityTerms(_steels(1), 1)));
        PartyId[3] memory others = [supplier, keeper, priceSource];
        for (uint256 i = 0; i < others.length; ++i) {
            _onFacilities(
                others[i], callData, abi.encodeWithSelector(IParties.RoleMissing.selector, others[i], ROLE_FUNDER)
            );
        }
        _refused(STRANGER, address(facilities), callData, _notAParty(STRANGER));
    }

    function test_offerFacility_theLoanMakesSense() public {
        IFacilities.Terms memory terms = _sane();
        terms.borrower = funder;
        _invalid(terms, "borrower");
        terms.borrower = NOBODY;
        _invalid(terms, "borrower");
        terms.borrower = PartyId.wrap(ledger.partyCount() + 1);
        _invalid(terms, "borrower");
        terms = _sane();
        terms.principalMinor = 0;
        _invalid(terms, "principalMinor");
        terms = _sane();
        terms.rateBps = 10_001;
        _invalid(terms, "rateBps");
        terms = _sane();
        terms.dayBasis = 364;
        _invalid(terms, "dayBasis");
        terms = _sane();
        terms.dueAt = START;
        _invalid(terms, "dueAt");
        terms = _sane();
        terms.expiresAt = START;
        _invalid(terms, "expiresAt");
        terms.expiresAt = DUE + 1;
        _invalid(terms, "expiresAt");
        terms = _sane();
        terms.registeredAt = START + 1;
        _invalid(terms, "registeredAt");
        terms = _sane();
        terms.agreementHash = 0;
        _invalid(terms, "agreementHash");
    }

    function test_offerFacility_theLimitsMakeSense() public {
        IFacilities.Terms memory terms = _sane();
        terms.priceMaxAgeS = 0;
        _invalid(terms, "priceMaxAgeS");
        terms = _sane();
        terms.callLtvBps = 10_001;
        _invalid(terms, "callLtvBps");
        terms = _sane();
        terms.drawLtvBps = 0;
        _invalid(terms, "drawLtvBps");
        terms.drawLtvBps = 8001;
        _invalid(terms, "drawLtvBps");
        terms = _sane();
        terms.callPeriodS = 0;
        _invalid(terms, "callPeriodS");
        terms = _sane();
        terms.saleFloorBps = 0;
        _invalid(terms, "saleFloorBps");
        terms.saleFloorBps = 10_001;
        _invalid(terms, "saleFloorBps");
    }

    function test_offerFacility_oneToThirtyTwoAssets() public {
        IFacilities.Terms memory terms = _sane();
        terms.assets = new AssetId[](0);
        _invalid(terms, "assets");
        terms.assets = new AssetId[](33);
        _invalid(terms, "assets");
        terms.assets = new AssetId[](32);
        _offerFacility(terms);
    }

    function test_offerFacility_oneToSixteenGoodsEachNamedOnce() public {
        IFacilities.Terms memory terms = _sane();
        terms.goods = new IFacilities.GoodTerms[](0);
        _invalid(terms, "goods");
        terms.goods = _manyGoods(17);
        _invalid(terms, "goods");
        terms.goods = _manyGoods(16);
        _offerFacility(terms);
        terms.goods[15].good = terms.goods[0].good;
        _invalid(terms, "goods");
        terms.goods[15].good = 0;
        _invalid(terms, "goods");
        terms = _sane();
        terms.goods[1].haircutBps = 10_000;
        _invalid(terms, "haircutBps");
        terms.goods[1].haircutBps = 9999;
        _offerFacility(terms);
    }

    function test_offerFacility_thePriceSourceIsOneAndNotTheBorrower() public {
        IFacilities.Terms memory terms = _sane();
        PartyId[4] memory others = [keeper, funder, NOBODY, PartyId.wrap(ledger.partyCount() + 1)];
        for (uint256 i = 0; i < others.length; ++i) {
            terms.priceSource = others[i];
            _invalid(terms, "priceSource");
        }
        terms.priceSource = priceSource;
        terms.borrower = priceSource;
        _invalid(terms, "priceSource");
    }

    function test_offerFacility_aPoolOfLotsNeedsNoPriceSource() public {
        IFacilities.Terms memory terms = _facilityTerms(_one(_lot(100_000)), 60_000);
        terms.priceSource = NOBODY;
        _invalid(terms, "priceSource");
        terms.goods = new IFacilities.GoodTerms[](1);
        terms.goods[0] = IFacilities.GoodTerms(LOTS, 500);
        FacilityId facility = _openWith(terms);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, 95_000, "value");
        vm.assertEq(facilities.valuationOf(facility).pricedAt, type(uint40).max, "no price in it");
    }

    /// @dev The extremes that are allowed.
    function test_offerFacility_theEdgesOfWhatMakesSense() public {
        IFacilities.Terms memory terms = _sane();
        (terms.rateBps, terms.dayBasis) = (10_000, 365);
        (terms.expiresAt, terms.registeredAt) = (DUE, START);
        (terms.callLtvBps, terms.drawLtvBps, terms.saleFloorBps) = (10_000, 10_000, 10_000);
        (terms.priceMaxAgeS, terms.callPeriodS, terms.minimumValueMinor) = (1, 1, 0);
        _openWith(terms);
        terms.assets = _steels(1);
        (terms.rateBps, terms.drawLtvBps, terms.callLtvBps, terms.saleFloorBps) = (0, 1, 1, 1);
        (terms.registeredAt, terms.registrationHash) = (0, 0);
        terms.principalMinor = 9;
        _openWith(terms);
    }

    // ------------------------------------------------------------------------------------------------- withdrawFacility

    function test_withdrawFacility_byItsFunder() public {
        (FacilityId facility, IFacilities.Terms memory terms) = _facilityIn(FacilityState.Offered);
        PartyId[2] memory others = [supplier, rival];
        for (uint256 i = 0; i < others.length; ++i) {
            _onFacilities(
                others[i],
                abi.encodeCall(facilities.withdrawFacility, (facility)),
                abi.encodeWithSelector(IFacilities.NotFacilityFunder.selector, facility, others[i])
            );
        }
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityWithdrawn(facility);
        vm.prank(keyOf[funder]);
        facilities.withdrawFacility(facility);
        _notAccepted(
            facility,
            terms,
            abi.encodeWithSelector(
                IFacilities.UnexpectedFacilityState.selector, facility, FacilityState.Withdrawn, FacilityState.Offered
            )
        );
    }

    // ----------------------------------------------------------------------------------------------------------- helpers

    function _sane() private returns (IFacilities.Terms memory) {
        return _facilityTerms(_steels(1), 63_000);
    }

    function _manyGoods(uint256 count) private pure returns (IFacilities.GoodTerms[] memory goods) {
        goods = new IFacilities.GoodTerms[](count);
        for (uint256 i = 0; i < count; ++i) {
            goods[i] = IFacilities.GoodTerms(keccak256(abi.encode(i)), 0);
        }
    }

    function _invalid(IFacilities.Terms memory terms, string memory field) private {
        _refused(
            keyOf[funder],
            address(facilities),
            abi.encodeCall(facilities.offerFacility, (terms)),
            abi.encodeWithSelector(IFacilities.FacilityTermInvalid.selector, field),
            field
        );
    }

    function _notAccepted(FacilityId facility, IFacilities.Terms memory terms, bytes memory expected) private {
        _onFacilities(supplier, abi.encodeCall(facilities.acceptFacility, (facility, terms)), expected);
    }
}
