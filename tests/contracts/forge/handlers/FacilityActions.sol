// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../../contracts/interfaces/IFacilities.sol";
import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {AssetId, FacilityId, NOBODY, PartyId, ReceiptId, assetOfReceipt} from "../../../../contracts/types/Ids.sol";
import {FacilityState, ReceiptState} from "../../../../contracts/types/States.sol";
import {vm} from "../support/Vm.sol";
import {PledgeActions} from "./PledgeActions.sol";

/// @title Facilities over receipts: drawn, added to, called, repaid, enforced, sold
abstract contract FacilityActions is PledgeActions {
    uint256 private constant MOST_FACILITIES = 12;
    uint256 private constant KEPT_BPS = 9000;
    uint256 private constant CALL_BPS = 8000;
    uint32 private constant PRICE_AGE = 10 days;
    uint256 private constant OPEN = 1 << uint256(FacilityState.Open);
    uint256 private constant CALLED = 1 << uint256(FacilityState.Called);
    uint256 private constant DEFAULTED = 1 << uint256(FacilityState.Defaulted);
    uint256 private constant DRAWN = OPEN | CALLED | DEFAULTED;

    /// @dev What the bank issued.
    uint256 public issuedMinor;

    function postPrice(uint256 seed) public {
        bytes32 good = _word(seed, 1) % 2 == 0 ? STEEL : COPPER;
        (, uint40 observedAt) = prices.priceOf(priceSource, good, CNY);
        bytes memory callData = abi.encodeCall(
            prices.postPrice, (good, CNY, uint64(_between(seed, 2, 50_000, 150_000)), uint40(block.timestamp))
        );
        _try(Action.PostPrice, keyOf[priceSource], address(prices), callData, observedAt < block.timestamp);
    }

    /// @dev Offered and mostly taken at once, for all that the limit allows.
    function openFacility(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, ISSUED);
        PartyId lender = _lender(seed, 2);
        if (!found || facilities.facilityCount() >= MOST_FACILITIES || lender == current.holder) return;
        (uint256 gross, bool fresh) = _worth(current);
        uint256 principal = gross * KEPT_BPS / 10_000 * 7000 / 10_000;
        if (principal == 0) return;
        IFacilities.Terms memory terms = _terms(current.holder, assetOfReceipt(receipt), uint48(principal));
        vm.prank(keyOf[lender]);
        FacilityId facility = facilities.offerFacility(terms);
        uint256 kind = _word(seed, 3) % 6;
        if (kind == 0) return;
        if (kind == 1) {
            vm.prank(keyOf[lender]);
            facilities.withdrawFacility(facility);
            return;
        }
        _provide(lender, principal);
        bytes memory callData = abi.encodeCall(facilities.acceptFacility, (facility, terms));
        if (!_tryOnFacilities(Action.OpenFacility, current.holder, callData, fresh && _mayBePledged(receipt, current)))
        {
            return;
        }
        (shouldBePledgedTo[receipt], shouldSecure[receipt]) = (lender, FacilityId.unwrap(facility));
    }

    function addAsset(uint256 seed) external {
        (bool found, FacilityId facility, IFacilities.FacilityView memory record) = _pickDrawn(seed, DRAWN);
        if (!found) return;
        ReceiptId receipt = _heldBy(seed, record.borrower);
        if (ReceiptId.unwrap(receipt) == 0) return;
        IReceipts.ReceiptView memory current = warehouse.receiptOf(receipt);
        (, bool fresh) = _worth(current);
        bytes memory callData = abi.encodeCall(facilities.addAsset, (facility, assetOfReceipt(receipt)));
        bool allowed = fresh && _mayBePledged(receipt, current);
        if (!_tryOnFacilities(Action.AddAsset, record.borrower, callData, allowed)) return;
        (shouldBePledgedTo[receipt], shouldSecure[receipt]) = (record.funder, FacilityId.unwrap(facility));
    }

    function repayFacility(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, FacilityId facility, IFacilities.FacilityView memory record) = _pickDrawn(seed, DRAWN);
        if (!found) return;
        uint256 owed = _owed(facility);
        uint256 amount = _word(seed, 2) % 3 == 0 ? owed : _between(seed, 3, 1, owed);
        _provide(record.borrower, amount);
        bytes memory callData = abi.encodeCall(facilities.repayFacility, (facility, uint48(amount)));
        _tryOnFacilities(Action.RepayFacility, record.borrower, callData, true);
        if (amount == owed) _freed(facility);
    }

    function callMargin(uint256 seed) external {
        (bool found, FacilityId facility, IFacilities.FacilityView memory record) = _pickDrawn(seed, OPEN);
        if (!found) return;
        // Mostly after a fall of the prices.
        if (_word(seed, 2) % 4 != 0) _postBoth(50_000);
        (bool above, bool fresh) = _isAbove(facility);
        bytes memory callData = abi.encodeCall(facilities.callMargin, (facility));
        _tryOnFacilities(Action.CallMargin, record.funder, callData, above && fresh);
    }

    function liftMarginCall(uint256 seed) external {
        (bool found, FacilityId facility, IFacilities.FacilityView memory record) = _pickDrawn(seed, CALLED);
        if (!found) return;
        if (_word(seed, 3) % 2 == 0) _postBoth(150_000);
        (bool above, bool fresh) = _isAbove(facility);
        if (above && _word(seed, 2) % 2 == 0) {
            // The borrower does what it was called for.
            uint256 amount = _owed(facility) * 4 / 5;
            _provide(record.borrower, amount);
            vm.prank(keyOf[record.borrower]);
            facilities.repayFacility(facility, uint48(amount));
            (above, fresh) = _isAbove(facility);
        }
        bytes memory callData = abi.encodeCall(facilities.liftMarginCall, (facility));
        _tryOnFacilities(Action.LiftMarginCall, record.borrower, callData, !above && fresh);
    }

    function markFacilityDefaulted(uint256 seed) external {
        (bool found, FacilityId facility, IFacilities.FacilityView memory record) = _pickDrawn(seed, OPEN | CALLED);
        if (!found) return;
        bytes memory callData = abi.encodeCall(facilities.markFacilityDefaulted, (facility));
        _tryOnFacilities(Action.MarkFacilityDefaulted, record.funder, callData, block.timestamp > record.dueAt);
    }

    /// @dev At the full price of the goods, debt first and the rest to the holder.
    function takeAsset(uint256 seed) external {
        (bool found, FacilityId facility, IFacilities.FacilityView memory record) =
            _pickDrawn(seed, _word(seed, 2) % 3 == 0 ? DRAWN : CALLED | DEFAULTED);
        ReceiptId receipt = _inPool(seed, facility);
        if (!found || ReceiptId.unwrap(receipt) == 0) return;
        bool allowed = _isEnforceable(facility, record) && _stateOf(receipt) != ReceiptState.Frozen
            && shouldHold[receipt] != record.funder;
        (uint256 price,) = _worth(warehouse.receiptOf(receipt));
        if (price == 0) price = 1;
        _provide(record.funder, price);
        bool closes = price >= _owed(facility);
        bytes memory callData = abi.encodeCall(facilities.takeAsset, (facility, assetOfReceipt(receipt), uint48(price)));
        if (!_tryOnFacilities(Action.TakeAsset, record.funder, callData, allowed)) return;
        (shouldHold[receipt], shouldBePledgedTo[receipt], shouldSecure[receipt]) = (record.funder, NOBODY, 0);
        if (closes) _freed(facility);
    }

    /// @dev Offered and taken at once; not by a lender that a court gave an asset of the pool.
    function sellClaim(uint256 seed) external {
        (bool found, FacilityId facility, IFacilities.FacilityView memory record) = _pickDrawn(seed, DRAWN);
        if (!found) return;
        PartyId to = record.funder == funder ? rival : funder;
        if (to == record.borrower) return;
        uint48 price = uint48(_between(seed, 2, 1, 1000));
        vm.prank(keyOf[record.funder]);
        facilities.offerClaim(facility, to, price, uint40(block.timestamp + 1), WHY);
        _provide(to, price);
        bool allowed = true;
        uint256 count = warehouse.receiptCount();
        for (uint64 i = 1; i <= count; ++i) {
            if (shouldSecure[ReceiptId.wrap(i)] != FacilityId.unwrap(facility)) continue;
            if (shouldHold[ReceiptId.wrap(i)] == to) allowed = false;
        }
        if (!_tryOnFacilities(Action.SellClaim, to, abi.encodeCall(facilities.takeClaim, (facility)), allowed)) {
            // Or it would stand in the way of the next one.
            vm.warp(block.timestamp + 2);
            return;
        }
        for (uint64 i = 1; i <= count; ++i) {
            ReceiptId receipt = ReceiptId.wrap(i);
            if (shouldSecure[receipt] == FacilityId.unwrap(facility)) shouldBePledgedTo[receipt] = to;
        }
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _tryOnFacilities(Action action, PartyId actor, bytes memory callData, bool allowed)
        private
        returns (bool)
    {
        return _try(action, keyOf[actor], address(facilities), callData, allowed);
    }

    function _pickDrawn(uint256 seed, uint256 states)
        private
        view
        returns (bool found, FacilityId facility, IFacilities.FacilityView memory record)
    {
        uint256 count = facilities.facilityCount();
        for (uint256 i = 0; i < count; ++i) {
            facility = FacilityId.wrap(uint64(1 + (_word(seed, 11) % count + i) % count));
            record = facilities.facilityOf(facility);
            if ((states >> uint256(record.state)) & 1 == 1) return (true, facility, record);
        }
    }

    function _postBoth(uint64 price) private {
        bytes32[2] memory goods = [STEEL, COPPER];
        for (uint256 i = 0; i < 2; ++i) {
            (, uint40 observedAt) = prices.priceOf(priceSource, goods[i], CNY);
            if (observedAt == block.timestamp) continue;
            vm.prank(keyOf[priceSource]);
            prices.postPrice(goods[i], CNY, price, uint40(block.timestamp));
        }
    }

    function _inPool(uint256 seed, FacilityId facility) private view returns (ReceiptId receipt) {
        uint256 count = warehouse.receiptCount();
        for (uint256 i = 0; i < count; ++i) {
            receipt = ReceiptId.wrap(uint64(1 + (_word(seed, 12) % count + i) % count));
            if (shouldSecure[receipt] == FacilityId.unwrap(facility) && _isPledged(receipt)) return receipt;
        }
        return ReceiptId.wrap(0);
    }

    function _heldBy(uint256 seed, PartyId holder) private view returns (ReceiptId receipt) {
        uint256 count = warehouse.receiptCount();
        for (uint256 i = 0; i < count; ++i) {
            receipt = ReceiptId.wrap(uint64(1 + (_word(seed, 13) % count + i) % count));
            ReceiptState state = _stateOf(receipt);
            bool open = state == ReceiptState.Issued || (state == ReceiptState.Pledged && _word(seed, 14) % 3 == 0);
            if (open && shouldHold[receipt] == holder) return receipt;
        }
        return ReceiptId.wrap(0);
    }

    function _freed(FacilityId facility) private {
        uint256 count = warehouse.receiptCount();
        for (uint64 i = 1; i <= count; ++i) {
            ReceiptId receipt = ReceiptId.wrap(i);
            if (shouldSecure[receipt] != FacilityId.unwrap(facility)) continue;
            (shouldBePledgedTo[receipt], shouldSecure[receipt]) = (NOBODY, 0);
        }
    }

    function _isEnforceable(FacilityId facility, IFacilities.FacilityView memory record) private view returns (bool) {
        if (record.state == FacilityState.Defaulted) return true;
        (bool above,) = _isAbove(facility);
        return above && record.state == FacilityState.Called && block.timestamp > record.callDeadline;
    }

    /// @dev Price times quantity, and whether the price is fresh.
    function _worth(IReceipts.ReceiptView memory current) private view returns (uint256 gross, bool fresh) {
        bytes32 good = warehouse.stockOf(current.stock).good;
        (uint256 price, uint256 observedAt) = prices.priceOf(priceSource, good, CNY);
        return (price * current.quantity / 10 ** DECIMALS, price != 0 && block.timestamp <= observedAt + PRICE_AGE);
    }

    /// @dev Whether the debt is above the call limit by the books of this handler, and whether all prices are fresh.
    function _isAbove(FacilityId facility) private view returns (bool above, bool fresh) {
        uint256 value;
        fresh = true;
        uint256 count = warehouse.receiptCount();
        for (uint64 i = 1; i <= count; ++i) {
            if (shouldSecure[ReceiptId.wrap(i)] != FacilityId.unwrap(facility)) continue;
            IReceipts.ReceiptView memory current = warehouse.receiptOf(ReceiptId.wrap(i));
            (uint256 gross, bool isFresh) = _worth(current);
            if (!isFresh) fresh = false;
            bool sound = current.state == ReceiptState.Pledged && !_isShort(current.stock);
            if (sound) value += gross * KEPT_BPS / 10_000;
        }
        above = _owed(facility) * 10_000 > value * CALL_BPS;
    }

    function _owed(FacilityId facility) private view returns (uint256) {
        return facilities.valuationOf(facility).debtMinor;
    }

    function _provide(PartyId party, uint256 minor) private {
        uint256 balance = _balance(party);
        if (balance >= minor) return;
        issuedMinor += minor - balance;
        _fund(party, minor - balance);
    }

    function _terms(PartyId borrower, AssetId asset, uint48 principalMinor)
        private
        view
        returns (IFacilities.Terms memory)
    {
        IFacilities.GoodTerms[] memory goods = new IFacilities.GoodTerms[](2);
        goods[0] = IFacilities.GoodTerms(STEEL, uint16(10_000 - KEPT_BPS));
        goods[1] = IFacilities.GoodTerms(COPPER, uint16(10_000 - KEPT_BPS));
        AssetId[] memory assets = new AssetId[](1);
        assets[0] = asset;
        return IFacilities.Terms({
            borrower: borrower,
            currency: CNY,
            principalMinor: principalMinor,
            rateBps: 900,
            dayBasis: 360,
            dueAt: uint40(block.timestamp + 12 days),
            expiresAt: uint40(block.timestamp + 1 days),
            priceSource: priceSource,
            priceMaxAgeS: PRICE_AGE,
            drawLtvBps: 7000,
            callLtvBps: uint16(CALL_BPS),
            callPeriodS: 1 days,
            saleFloorBps: 9000,
            minimumValueMinor: 0,
            registeredAt: START,
            agreementHash: WHY,
            registrationHash: WHY,
            goods: goods,
            assets: assets
        });
    }
}
