// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {AssetId, FacilityId, NoteId, assetOfLot, lotId} from "../../../contracts/types/Ids.sol";
import {FacilityState} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Whatever the amounts: no cent is made or lost, and nothing rests with a contract.
contract FuzzFacilitiesTest is FacilityFixture {
    uint256 private _supply;

    function setUp() public override {
        super.setUp();
        _supply = cash.supplyOf(CNY);
    }

    /// @dev Debt paid and surplus are the price, whoever buys.
    /// forge-config: default.fuzz.runs = 200
    function testFuzz_enforcement_debtAndSurplusAreThePrice(uint48 principal, uint48 price, uint16 daysLate, bool sold)
        public
    {
        principal = uint48(_between(principal, 1, 126_000));
        price = uint48(_between(price, 90_000, 10_000_000));
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, principal);
        vm.warp(DUE + 1 + uint256(daysLate) * 1 days);
        vm.prank(keyOf[funder]);
        facilities.markFacilityDefaulted(facility);
        uint256 owed = _debtOf(facility);
        uint256 funders = _balance(funder);
        _enforce(facility, assets[0], price, sold);
        uint256 paid = price < owed ? price : owed;
        vm.assertEq(_debtOf(facility), owed - paid, "the debt");
        vm.assertEq(_balance(supplier), uint256(principal) + price - paid, "the surplus");
        vm.assertEq(_balance(funder), sold ? funders + paid : funders - (price - paid), "the funder");
        vm.assertEq(_balance(second), 0, "the buyer paid the price");
        vm.assertEq(uint256(_stateOfFacility(facility)) == uint256(FacilityState.Closed), paid == owed, "closed");
        vm.assertEq(_isPledged(assets[1]), paid != owed, "freed with the last cent");
        _conserved(sold ? price : 0);
    }

    function _enforce(FacilityId facility, AssetId asset, uint48 price, bool sold) private {
        if (sold) {
            _fund(second, price);
            vm.prank(keyOf[funder]);
            facilities.offerSale(facility, asset, second, price, type(uint40).max);
            vm.prank(keyOf[second]);
            facilities.buyAsset(facility, asset);
        } else {
            vm.prank(keyOf[funder]);
            facilities.takeAsset(facility, asset, price);
        }
    }

    /// @dev Three lots of any size, of which the facility has any: everybody gets what the debtor paid, in two rounds.
    /// forge-config: default.fuzz.runs = 200
    function testFuzz_settlement_paysDebtAndHolderToTheCent(
        uint48[3] memory sizes,
        uint48 principal,
        uint48 firstRound,
        uint8 pooled
    ) public {
        NoteId note;
        (note, principal) = _pool(sizes, principal, pooled);
        FacilityId facility = FacilityId.wrap(1);
        uint256 face = ledger.noteOf(note).faceMinor;
        uint256 funders = _balance(funder);
        vm.warp(MATURITY);
        uint256 owed = _debtOf(facility);
        _fund(debtor, face);
        firstRound = uint48(_between(firstRound, 1, face));
        _settle(note, firstRound, _range(1, 0, 2));
        uint256 repaid = facilities.facilityOf(facility).repaidMinor;
        vm.assertEq(_balance(funder) - funders, repaid, "what was booked was paid");
        vm.assertEq(_balance(supplier) - principal + repaid, firstRound, "the round, to the cent");
        if (face != firstRound) _settle(note, uint48(face - firstRound), _range(1, 0, 2));
        repaid = facilities.facilityOf(facility).repaidMinor;
        uint256 secured;
        for (uint256 i = 0; i < 3; ++i) {
            if ((pooled >> i) & 1 != 0 || i == 0) secured += sizes[i];
        }
        vm.assertEq(repaid, secured < owed ? secured : owed, "all that the pool paid, at most the debt");
        vm.assertEq(_balance(funder) - funders, repaid, "the funder");
        vm.assertEq(_balance(supplier) - principal, face - repaid, "the holder");
        vm.assertEq(_balance(debtor), 0, "the debtor");
        vm.assertEq(facilities.assetsOf(facility).length, 0, "no lot is left in pledge");
        _conserved(face);
    }

    function _pool(uint48[3] memory sizes, uint48 principal, uint8 pooled) private returns (NoteId note, uint48) {
        uint48 face;
        AssetId[] memory lots = new AssetId[](3);
        uint256 count;
        uint256 value;
        for (uint256 i = 0; i < 3; ++i) {
            sizes[i] = uint48(_between(sizes[i], 2, 1_000_000));
            face += sizes[i];
        }
        note = _live(face);
        _split(supplier, _root(note), _three(sizes));
        for (uint256 i = 0; i < 3; ++i) {
            if ((pooled >> i) & 1 == 0 && i != 0) continue;
            lots[count++] = assetOfLot(lotId(note, 1, i));
            value += uint256(sizes[i]) * 95 / 100;
        }
        assembly ("memory-safe") {
            mstore(lots, count)
        }
        IFacilities.Terms memory terms = _facilityTerms(lots, 1);
        (terms.drawLtvBps, terms.callLtvBps) = (10_000, 10_000);
        terms.principalMinor = uint48(_between(principal, 1, value));
        _openWith(terms);
        return (note, terms.principalMinor);
    }

    function _three(uint48[3] memory sizes) private view returns (ILots.Child[] memory children) {
        children = new ILots.Child[](3);
        for (uint256 i = 0; i < 3; ++i) {
            children[i] = _child(supplier, sizes[i]);
        }
    }

    /// @dev Payments in any steps at any times: the books and the cash agree, and interest is never less than simple interest
    /// on what was outstanding rounded down, nor more than it rounded up by a unit a step.
    /// forge-config: default.fuzz.runs = 200
    function testFuzz_repayment_booksWhatWasPaid(uint48 principal, uint48[4] memory amounts, uint16[4] memory daysOn)
        public
    {
        principal = uint48(_between(principal, 1, 63_000));
        (FacilityId facility, AssetId asset) = _facility(principal);
        _fund(supplier, 1_000_000);
        uint256 funders = _balance(funder);
        uint256 outstanding;
        for (uint256 i = 0; i < 4; ++i) {
            uint256 ran = daysOn[i] % 1000;
            vm.warp(block.timestamp + ran * 1 days);
            IFacilities.FacilityView memory before = facilities.facilityOf(facility);
            if (before.state == FacilityState.Closed) break;
            outstanding += uint256(before.principalMinor) * ran;
            uint256 owed = _debtOf(facility);
            _repay(facility, uint48(_between(amounts[i], 1, owed)));
        }
        IFacilities.FacilityView memory ended = facilities.facilityOf(facility);
        uint256 interest = uint256(ended.repaidMinor) + ended.principalMinor + ended.interestMinor - principal;
        uint256 exact = outstanding * 600 / 3_600_000;
        vm.assertGe(interest + 4, exact, "at most half a unit less a step");
        vm.assertLe(interest, exact + 4, "at most half a unit more a step");
        vm.assertEq(_balance(funder) - funders, ended.repaidMinor, "what was booked was paid");
        bool closed = ended.state == FacilityState.Closed;
        vm.assertEq(closed, ended.principalMinor == 0 && ended.interestMinor == 0, "closed with the last cent");
        vm.assertEq(_isPledged(asset), !closed, "and free");
        _conserved(1_000_000);
    }

    /// @dev LTV is rounded up: what is drawn at the limit never exceeds it.
    /// forge-config: default.fuzz.runs = 200
    function testFuzz_valuation_neverFlattersTheBorrower(uint48 principal, uint64 price, uint64 quantity) public {
        price = uint64(_between(price, 1, 1e9));
        quantity = uint64(_between(quantity, 1, ATTESTED));
        AssetId asset = _steel(quantity);
        vm.warp(START + 1);
        _postPrice(STEEL, price);
        uint256 gross = uint256(price) * quantity / 1000;
        uint256 value = gross * 9000 / 10_000;
        principal = uint48(_between(principal, 1, 1e9));
        IFacilities.Terms memory terms = _facilityTerms(_one(asset), principal);
        FacilityId facility = _offerFacility(terms);
        vm.prank(keyOf[supplier]);
        (bool done,) = address(facilities).call(abi.encodeCall(facilities.acceptFacility, (facility, terms)));
        vm.assertEq(done, uint256(principal) * 10_000 <= 7000 * value, "within 70 % of the value");
        if (!done) return;
        IFacilities.Valuation memory valuation = facilities.valuationOf(facility);
        vm.assertEq(valuation.grossMinor, gross, "gross");
        vm.assertEq(valuation.valueMinor, value, "value");
        vm.assertGe(valuation.ltvBps * value, uint256(principal) * 10_000, "never too low");
        vm.assertGt(uint256(principal) * 10_000, (valuation.ltvBps - 1) * value, "by less than a basis point too high");
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _between(uint256 value, uint256 least, uint256 most) private pure returns (uint256) {
        return least + value % (most - least + 1);
    }

    /// @dev Cash in is cash out: the supply is what was issued, and the parties have all of it.
    function _conserved(uint256 issuedSince) private view {
        vm.assertEq(cash.supplyOf(CNY), _supply + issuedSince, "supply");
        uint256 held = _balance(funder) + _balance(supplier) + _balance(second) + _balance(debtor);
        vm.assertEq(held, cash.supplyOf(CNY), "nothing rests elsewhere");
    }
}
