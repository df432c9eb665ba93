// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {FacilityDebts} from "./FacilityDebts.sol";
import {FacilityEnforcement} from "./FacilityEnforcement.sol";
import {FacilityPools} from "./FacilityPools.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {Modules} from "./Modules.sol";
import {ICash} from "./interfaces/ICash.sol";
import {IFacilities} from "./interfaces/IFacilities.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {IParties} from "./interfaces/IParties.sol";
import {IPrices} from "./interfaces/IPrices.sol";
import {Debts} from "./types/Debts.sol";
import {Interest} from "./types/Interest.sol";
import {AssetId, FacilityId, FinancingId, NOBODY, PartyId, asFacility} from "./types/Ids.sol";
import {FacilityState, ROLE_FUNDER, ROLE_PRICE_SOURCE} from "./types/States.sol";

/// @title Facilities: a loan over a pool of pledged assets whose value is watched
/// @dev An offer binds the funder until it expires or is withdrawn. Of its terms only their hash is kept: whoever
/// accepts states them again, so an offer costs two words however long its lists are.
contract Facilities is Modules, FacilityEnforcement {
    using Debts for Debts.Debt;

    uint256 private constant MAX_GOODS = 16;
    uint256 private constant MAX_RATE_BPS = 10_000;

    uint64 private _facilityCount;
    mapping(FacilityId facility => bytes32 termsHash) private _offers;

    constructor(address authority, ILedger ledger, ICash cash, ILienRegistry liens, IPrices prices)
        AccessManaged(authority)
        LedgerClient(ledger)
        FacilityPools(liens, prices)
        FacilityDebts(cash)
    {}

    /// @inheritdoc IFacilities
    function offerFacility(Terms calldata terms) external returns (FacilityId facility) {
        PartyId funder = _actingPartyWith(ROLE_FUNDER);
        _checkLoan(terms, funder);
        _checkLimits(terms);
        _checkGoods(terms);
        facility = FacilityId.wrap(++_facilityCount);
        _offers[facility] = keccak256(abi.encode(terms));
        Facility storage record = _facilities[facility];
        (record.state, record.funder) = (FacilityState.Offered, funder);
        (record.borrower, record.expiresAt) = (terms.borrower, terms.expiresAt);
        emit FacilityOffered(facility, funder, terms.borrower, terms);
    }

    /// @inheritdoc IFacilities
    function withdrawFacility(FacilityId facility) external {
        Facility storage record = _inState(facility, FacilityState.Offered);
        _requireFunder(facility, record);
        delete _offers[facility];
        record.state = FacilityState.Withdrawn;
        emit FacilityWithdrawn(facility);
    }

    /// @inheritdoc IFacilities
    function acceptFacility(FacilityId facility, Terms calldata terms) external {
        Facility storage record = _inState(facility, FacilityState.Offered);
        PartyId borrower = _requireBorrower(facility, record);
        if (block.timestamp > record.expiresAt) revert FacilityOfferExpired(facility, record.expiresAt);
        if (_offers[facility] != keccak256(abi.encode(terms))) revert TermsUnlike(facility);
        PartyId funder = record.funder;
        if (!LEDGER.isActive(funder)) revert IParties.PartySuspended(funder);
        delete _offers[facility];
        _open(facility, record, terms);
        Worth memory total = _nothing();
        for (uint256 i = 0; i < terms.assets.length; ++i) {
            _add(total, _worthOfNew(facility, record, terms.assets[i]));
        }
        Valuation memory valuation = _requireWithinLimits(facility, record, total);
        emit FacilityDrawnDown(facility, valuation.valueMinor, valuation.ltvBps);
        for (uint256 i = 0; i < terms.assets.length; ++i) {
            _pools[facility].push(terms.assets[i]);
            emit AssetAdded(facility, terms.assets[i]);
            _pledge(facility, record, terms.assets[i]);
        }
        _move(facility, record, funder, borrower, terms.principalMinor);
    }

    /// @inheritdoc IFacilities
    function addAsset(FacilityId facility, AssetId asset) external {
        Facility storage record = _drawnDown(facility);
        _requireBorrower(facility, record);
        // Worth counts for nothing here, but a good without a fresh price would keep the funder from calling for
        // margin.
        _worthOfNew(facility, record, asset);
        if (_forgetWhatLeft(facility) >= MAX_ASSETS) revert PoolFull(facility, MAX_ASSETS);
        _pools[facility].push(asset);
        emit AssetAdded(facility, asset);
        _pledge(facility, record, asset);
    }

    /// @inheritdoc IFacilities
    function substituteAsset(FacilityId facility, AssetId asset, AssetId replacement) external {
        Facility storage record = _inState(facility, FacilityState.Open);
        _requireBorrower(facility, record);
        _requireInPool(facility, asset);
        Worth memory former = _worthOf(facility, record, asset, true);
        Worth memory coming = _worthOfNew(facility, record, replacement);
        if (coming.valueMinor < former.valueMinor) {
            revert SubstituteWorthLess(replacement, coming.valueMinor, former.valueMinor);
        }
        Worth memory total = _worthOfPool(facility, record, true);
        _add(total, coming);
        total.valueMinor -= former.valueMinor;
        _requireWithinLimits(facility, record, total);
        _forgetWhatLeft(facility);
        _replace(facility, asset, replacement);
        emit AssetSubstituted(facility, asset, replacement);
        _pledge(facility, record, replacement);
        LIENS.discharge(asset);
    }

    /// @inheritdoc IFacilities
    function withdrawAsset(FacilityId facility, AssetId asset) external {
        Facility storage record = _inState(facility, FacilityState.Open);
        _requireBorrower(facility, record);
        _requireInPool(facility, asset);
        Worth memory total = _worthOfPool(facility, record, true);
        total.valueMinor -= _worthOf(facility, record, asset, true).valueMinor;
        _requireWithinLimits(facility, record, total);
        _remove(facility, asset);
        emit AssetWithdrawn(facility, asset);
        LIENS.discharge(asset);
    }

    /// @inheritdoc IFacilities
    function repayFacility(FacilityId facility, uint48 amountMinor) external returns (uint48 paidMinor) {
        Facility storage record = _drawnDown(facility);
        PartyId borrower = _requireBorrower(facility, record);
        uint256 owed = record.debt.accrue();
        if (amountMinor == type(uint48).max) amountMinor = uint48(owed);
        if (amountMinor > owed) revert FacilityRepaymentTooLarge(facility, owed, amountMinor);
        bool debtLeft = _book(facility, record, amountMinor, RepaidBy.Borrower);
        _move(facility, record, borrower, record.funder, amountMinor);
        if (!debtLeft) _freeAssets(facility, AssetId.wrap(0));
        return amountMinor;
    }

    /// @inheritdoc IFacilities
    function collect(FinancingId financing, AssetId asset, uint48 availableMinor)
        external
        onlyModule
        returns (PartyId funder, uint48 takenMinor, bool debtLeft)
    {
        FacilityId facility = asFacility(financing);
        if (!financing.isFacility()) revert FacilityUnknown(facility);
        Facility storage record = _drawnDown(facility);
        funder = record.funder;
        // Without a payment nothing is booked: interest is written only together with the event that says so.
        if (availableMinor == 0) return (funder, 0, true);
        uint256 owed = record.debt.accrue();
        takenMinor = availableMinor < owed ? availableMinor : uint48(owed);
        debtLeft = _book(facility, record, takenMinor, RepaidBy.Settlement);
        if (!debtLeft) _freeAssets(facility, asset);
    }

    /// @inheritdoc IFacilities
    function facilityOf(FacilityId facility) external view returns (FacilityView memory) {
        Facility memory record = _existing(facility);
        return FacilityView({
            state: record.state,
            funder: record.funder,
            borrower: record.borrower,
            currency: record.currency,
            principalMinor: record.debt.principalMinor,
            interestMinor: record.debt.interestMinor,
            repaidMinor: record.debt.repaidMinor,
            rateBps: record.debt.rateBps,
            dayBasis: record.debt.dayBasis,
            dueAt: record.dueAt,
            expiresAt: record.expiresAt,
            callDeadline: record.callDeadline,
            priceSource: record.priceSource,
            priceMaxAgeS: record.priceMaxAgeS,
            drawLtvBps: record.drawLtvBps,
            callLtvBps: record.callLtvBps,
            callPeriodS: record.callPeriodS,
            saleFloorBps: record.saleFloorBps,
            minimumValueMinor: record.minimumValueMinor
        });
    }

    /// @inheritdoc IFacilities
    function facilityCount() external view returns (uint64) {
        return _facilityCount;
    }

    /// @dev Writes what an accepted offer agreed; who and when stand from the offer.
    function _open(FacilityId facility, Facility storage record, Terms calldata terms) private {
        record.state = FacilityState.Open;
        record.priceSource = terms.priceSource;
        record.currency = terms.currency;
        record.dueAt = terms.dueAt;
        record.drawLtvBps = terms.drawLtvBps;
        record.callLtvBps = terms.callLtvBps;
        record.debt = Debts.Debt({
            principalMinor: terms.principalMinor,
            interestMinor: 0,
            repaidMinor: 0,
            accruedDay: Interest.dayOf(block.timestamp),
            rateBps: terms.rateBps,
            dayBasis: terms.dayBasis
        });
        record.minimumValueMinor = terms.minimumValueMinor;
        record.priceMaxAgeS = terms.priceMaxAgeS;
        record.callPeriodS = terms.callPeriodS;
        record.saleFloorBps = terms.saleFloorBps;
        record.registeredAt = terms.registeredAt;
        record.agreementHash = terms.agreementHash;
        record.registrationHash = terms.registrationHash;
        for (uint256 i = 0; i < terms.goods.length; ++i) {
            _keptBps[facility][terms.goods[i].good] = BPS - terms.goods[i].haircutBps;
        }
    }

    function _requireWithinLimits(FacilityId facility, Facility storage record, Worth memory total)
        private
        view
        returns (Valuation memory valuation)
    {
        valuation = _valuation(record, total);
        if (valuation.valueMinor < record.minimumValueMinor) {
            revert ValueBelowMinimum(facility, valuation.valueMinor, record.minimumValueMinor);
        }
        if (valuation.ltvBps > record.drawLtvBps) {
            revert LtvAboveLimit(facility, valuation.ltvBps, record.drawLtvBps);
        }
    }

    function _checkLoan(Terms calldata terms, PartyId funder) private view {
        if (terms.borrower == funder || !_partyExists(terms.borrower)) revert FacilityTermInvalid("borrower");
        if (terms.principalMinor == 0) revert FacilityTermInvalid("principalMinor");
        if (terms.rateBps > MAX_RATE_BPS) revert FacilityTermInvalid("rateBps");
        if (terms.dayBasis != 360 && terms.dayBasis != 365) revert FacilityTermInvalid("dayBasis");
        if (terms.dueAt <= block.timestamp) revert FacilityTermInvalid("dueAt");
        if (terms.expiresAt <= block.timestamp || terms.expiresAt > terms.dueAt) {
            revert FacilityTermInvalid("expiresAt");
        }
        if (terms.registeredAt > block.timestamp) revert FacilityTermInvalid("registeredAt");
        if (terms.agreementHash == 0) revert FacilityTermInvalid("agreementHash");
    }

    function _checkLimits(Terms calldata terms) private pure {
        if (terms.priceMaxAgeS == 0) revert FacilityTermInvalid("priceMaxAgeS");
        if (terms.callLtvBps > BPS) revert FacilityTermInvalid("callLtvBps");
        if (terms.drawLtvBps == 0 || terms.drawLtvBps > terms.callLtvBps) revert FacilityTermInvalid("drawLtvBps");
        if (terms.callPeriodS == 0) revert FacilityTermInvalid("callPeriodS");
        if (terms.saleFloorBps == 0 || terms.saleFloorBps > BPS) revert FacilityTermInvalid("saleFloorBps");
        uint256 assets = terms.assets.length;
        if (assets == 0 || assets > MAX_ASSETS) revert FacilityTermInvalid("assets");
    }

    function _checkGoods(Terms calldata terms) private view {
        uint256 count = terms.goods.length;
        if (count == 0 || count > MAX_GOODS) revert FacilityTermInvalid("goods");
        bool priced;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 good = terms.goods[i].good;
            if (good == 0) revert FacilityTermInvalid("goods");
            if (terms.goods[i].haircutBps >= BPS) revert FacilityTermInvalid("haircutBps");
            if (good != LOTS) priced = true;
            for (uint256 j = 0; j < i; ++j) {
                if (terms.goods[j].good == good) revert FacilityTermInvalid("goods");
            }
        }
        // Lots have no price, so a pool of lots needs nobody to name one.
        if (terms.priceSource != NOBODY || priced) _checkPriceSource(terms);
    }

    /// @dev Whoever owes does not say what its own security is worth.
    function _checkPriceSource(Terms calldata terms) private view {
        if (terms.priceSource == terms.borrower || !_partyExists(terms.priceSource)) {
            revert FacilityTermInvalid("priceSource");
        }
        (, uint32 roles,) = LEDGER.partyOf(terms.priceSource);
        if (roles & ROLE_PRICE_SOURCE == 0) revert FacilityTermInvalid("priceSource");
    }
}
