// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../../contracts/interfaces/ICash.sol";
import {IFacilities} from "../../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../../contracts/interfaces/ILienRegistry.sol";
import {AssetId, PartyId} from "../../../../contracts/types/Ids.sol";
import {FacilityState} from "../../../../contracts/types/States.sol";
import {vm} from "../support/Vm.sol";
import {FacilityBooks} from "./FacilityBooks.sol";

/// @title Everything that happens to facilities of two funders over steel and lots of one borrower
contract FacilityHandler is FacilityBooks {
    struct World {
        ICash cash;
        IFacilities facilities;
        ILienRegistry liens;
        PartyId[5] parties;
    }

    uint256 private constant OPEN = 1 << uint8(FacilityState.Open);
    uint256 private constant CALLED = 1 << uint8(FacilityState.Called);
    uint256 private constant DEFAULTED = 1 << uint8(FacilityState.Defaulted);
    uint256 private constant DRAWN = OPEN | CALLED | DEFAULTED;

    // ------------------------------------------------------------------------------------------------- what a test reads

    function world() external view returns (World memory) {
        return World(cash, facilities, liens, [supplier, funder, rival, second, debtor]);
    }

    function bookCount() external view returns (uint256) {
        return books.length;
    }

    function bookOf(uint256 facility) external view returns (Book memory book, uint256 owed, uint256 value) {
        return (books[facility - 1], _owed(facility), _poolValue(facility));
    }

    function allHeld() external view returns (Held[] memory) {
        return held;
    }

    function actionCount() external pure returns (uint256) {
        return uint256(type(Action).max) + 1;
    }

    /// @notice What a run needs most often stands more than once.
    function selectors() external pure returns (bytes4[] memory chosen) {
        bytes4[20] memory all = [
            this.open.selector,
            this.open.selector,
            this.add.selector,
            this.substitute.selector,
            this.substitute.selector,
            this.withdraw.selector,
            this.withdraw.selector,
            this.repay.selector,
            this.callMargin.selector,
            this.callMargin.selector,
            this.lift.selector,
            this.markDefaulted.selector,
            this.take.selector,
            this.sell.selector,
            this.sellClaim.selector,
            this.release.selector,
            this.settle.selector,
            this.movePrice.selector,
            this.movePrice.selector,
            this.passTime.selector
        ];
        chosen = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; ++i) {
            chosen[i] = all[i];
        }
    }

    // ----------------------------------------------------------------------------------------------------------- the pool

    function open(uint256 seed) external {
        if (books.length == MOST_FACILITIES) return;
        if (held.length < MOST_ASSETS && _word(seed, 9) % 2 == 0) _newSteel(_between(seed, 8, 1, 9000));
        (uint256 a, uint256 b) = (_pickHeld(seed, 0), _pickHeld(_word(seed, 3), 0));
        if (a == held.length) return;
        uint256 value = _value(a) + (a == b ? 0 : _value(b));
        uint256 principal = _between(seed, 4, 1, value * 72 / 100 + 1);
        AssetId[] memory assets = a == b ? _one(held[a].asset) : _both(held[a].asset, held[b].asset);
        IFacilities.Terms memory terms = _facilityTerms(assets, uint48(principal));
        terms.expiresAt = uint40(block.timestamp + 1);
        terms.dueAt = uint40(block.timestamp + 20 days);
        PartyId lender = _word(seed, 5) % 2 == 0 ? funder : rival;
        vm.prank(keyOf[lender]);
        facilities.offerFacility(terms);
        books.push();
        Book storage book = books[books.length - 1];
        (book.state, book.funder) = (FacilityState.Offered, lender);
        bool allowed = _mayBePledged(a) && _mayBePledged(b) && _isWithin(principal, value, 7000);
        bytes memory callData = abi.encodeCall(facilities.acceptFacility, (_id(books.length), terms));
        if (!_try(Action.Open, supplier, callData, allowed)) return;
        (book.state, book.principal, book.day) = (FacilityState.Open, principal, block.timestamp / 1 days);
        book.dueAt = terms.dueAt;
        (held[a].secures, held[b].secures) = (books.length, books.length);
    }

    function add(uint256 seed) external {
        uint256 facility = _pick(seed, DRAWN);
        uint256 place = _word(seed, 3) % held.length;
        if (facility == 0 || held[place].holder != supplier) return;
        bytes memory callData = abi.encodeCall(facilities.addAsset, (_id(facility), held[place].asset));
        if (_try(Action.Add, supplier, callData, _mayBePledged(place))) held[place].secures = facility;
    }

    function substitute(uint256 seed) external {
        uint256 facility = _pick(seed, DRAWN);
        uint256 place = facility == 0 ? held.length : _pickHeld(seed, facility);
        uint256 other = _pickHeld(_word(seed, 3), 0);
        if (place == held.length || other == held.length) return;
        uint256 after_ = _poolValue(facility) + _value(other) - _value(place);
        bool allowed = books[facility - 1].state == FacilityState.Open && _isPriced(facility) && _mayBePledged(other)
            && _value(other) >= _value(place) && _isWithin(_owed(facility), after_, 7000);
        bytes memory callData =
            abi.encodeCall(facilities.substituteAsset, (_id(facility), held[place].asset, held[other].asset));
        if (!_try(Action.Substitute, supplier, callData, allowed)) return;
        (held[place].secures, held[other].secures) = (0, facility);
    }

    function withdraw(uint256 seed) external {
        uint256 facility = _pick(seed, DRAWN);
        uint256 place = facility == 0 ? held.length : _pickHeld(seed, facility);
        if (place == held.length) return;
        uint256 after_ = _poolValue(facility) - _value(place);
        bool allowed = books[facility - 1].state == FacilityState.Open && _isPriced(facility)
            && _isWithin(_owed(facility), after_, 7000);
        bytes memory callData = abi.encodeCall(facilities.withdrawAsset, (_id(facility), held[place].asset));
        if (_try(Action.Withdraw, supplier, callData, allowed)) held[place].secures = 0;
    }

    /// @dev In the registry, behind the facility's back.
    function release(uint256 seed) external {
        uint256 facility = _pick(seed, DRAWN);
        uint256 place = facility == 0 ? held.length : _pickHeld(seed, facility);
        if (place == held.length || _word(seed, 9) % 3 != 0) return;
        vm.prank(keyOf[books[facility - 1].funder]);
        liens.release(held[place].asset, WHY);
        held[place].secures = 0;
        ++succeeded[Action.Release];
    }

    // ---------------------------------------------------------------------------------------------------------- the money

    function repay(uint256 seed) external {
        uint256 facility = _pick(seed, DRAWN);
        if (facility == 0) return;
        uint256 owed = _owed(facility);
        uint256 amount = _word(seed, 3) % 4 == 0 ? owed : _between(seed, 4, 0, owed + owed / 4 + 1);
        if (cash.balanceOf(supplier, CNY) < amount) _fund(supplier, amount);
        bytes memory callData = abi.encodeCall(facilities.repayFacility, (_id(facility), uint48(amount)));
        if (_try(Action.Repay, supplier, callData, amount != 0 && amount <= owed)) _pay(facility, amount);
    }

    function settle(uint256 seed) external {
        if (settled || block.timestamp < POOLED_MATURITY || _word(seed, 1) % 2 == 0) return;
        _fund(debtor, 4 * LOT);
        for (uint256 i = 0; i < held.length; ++i) {
            if (!held[i].isLot) continue;
            uint256 facility = held[i].secures;
            held[i].secures = 0;
            (held[i].worth, held[i].holder) = (0, debtor);
            if (facility == 0) continue;
            uint256 owed = _owed(facility);
            _pay(facility, owed < LOT ? owed : LOT);
        }
        _settle(pooledNote, 4 * LOT, _range(1, 0, 3));
        settled = true;
        ++succeeded[Action.Settle];
    }

    // --------------------------------------------------------------------------------------------- calls and enforcement

    function callMargin(uint256 seed) external {
        uint256 facility = _pick(seed, _word(seed, 2) % 4 == 0 ? DRAWN : OPEN);
        if (facility == 0) return;
        Book storage book = books[facility - 1];
        bool allowed = book.state == FacilityState.Open && _isPriced(facility)
            && !_isWithin(_owed(facility), _poolValue(facility), 8000);
        bytes memory callData = abi.encodeCall(facilities.callMargin, (_id(facility)));
        if (!_try(Action.CallMargin, book.funder, callData, allowed)) return;
        (book.state, book.deadline) = (FacilityState.Called, block.timestamp + CALL_PERIOD);
    }

    function lift(uint256 seed) external {
        uint256 facility = _pick(seed, _word(seed, 2) % 4 == 0 ? DRAWN : CALLED);
        if (facility == 0) return;
        Book storage book = books[facility - 1];
        bool allowed = book.state == FacilityState.Called && _isPriced(facility)
            && _isWithin(_owed(facility), _poolValue(facility), 8000);
        bytes memory callData = abi.encodeCall(facilities.liftMarginCall, (_id(facility)));
        if (!_try(Action.Lift, _word(seed, 3) % 2 == 0 ? supplier : book.funder, callData, allowed)) return;
        (book.state, book.deadline) = (FacilityState.Open, 0);
    }

    function markDefaulted(uint256 seed) external {
        uint256 facility = _pick(seed, DRAWN);
        if (facility == 0) return;
        Book storage book = books[facility - 1];
        bool allowed = book.state != FacilityState.Defaulted && block.timestamp > book.dueAt;
        bytes memory callData = abi.encodeCall(facilities.markFacilityDefaulted, (_id(facility)));
        if (!_try(Action.Default, book.funder, callData, allowed)) return;
        (book.state, book.deadline) = (FacilityState.Defaulted, 0);
    }

    function take(uint256 seed) external {
        (uint256 facility, uint256 place) = _toEnforce(seed);
        if (place == held.length) return;
        (uint256 asked, bool allowed) = _priceOf(seed, facility, place);
        bytes memory callData = abi.encodeCall(facilities.takeAsset, (_id(facility), held[place].asset, uint48(asked)));
        if (!_try(Action.Take, books[facility - 1].funder, callData, allowed)) return;
        _enforced(facility, place, books[facility - 1].funder, asked);
    }

    function sell(uint256 seed) external {
        (uint256 facility, uint256 place) = _toEnforce(seed);
        if (place == held.length) return;
        (uint256 asked, bool allowed) = _priceOf(seed, facility, place);
        AssetId asset = held[place].asset;
        uint40 expiresAt = uint40(block.timestamp + 1);
        bytes memory callData =
            abi.encodeCall(facilities.offerSale, (_id(facility), asset, second, uint48(asked), expiresAt));
        // An offer of a matured lot is made but cannot be taken.
        bool offered =
            allowed || (held[place].isLot && block.timestamp >= POOLED_MATURITY && _isPayable(seed, facility, place));
        if (!_try(Action.Sell, books[facility - 1].funder, callData, offered)) return;
        callData = abi.encodeCall(facilities.buyAsset, (_id(facility), asset));
        if (_try(Action.Sell, second, callData, allowed)) _enforced(facility, place, second, asked);
        else vm.warp(block.timestamp + 2);
    }

    function sellClaim(uint256 seed) external {
        uint256 facility = _pick(seed, DRAWN);
        if (facility == 0) return;
        Book storage book = books[facility - 1];
        PartyId to = book.funder == funder ? rival : funder;
        uint256 asked = _between(seed, 3, 1, _owed(facility));
        vm.prank(keyOf[book.funder]);
        facilities.offerClaim(_id(facility), to, uint48(asked), uint40(block.timestamp + 1), WHY);
        _try(Action.SellClaim, to, abi.encodeCall(facilities.takeClaim, (_id(facility))), true);
        book.funder = to;
    }

    // -------------------------------------------------------------------------------------------------------- the world

    function movePrice(uint256 seed) external {
        vm.warp(block.timestamp + 1);
        price = _between(seed, 1, 4000, 14_000);
        pricedAt = block.timestamp;
        _postPrice(STEEL, uint64(price));
        _attest(stock, ATTESTED);
        ++succeeded[Action.MovePrice];
    }

    function passTime(uint256 seed) external {
        // Mostly within the age of prices and the period of a call, sometimes far beyond what is due.
        vm.warp(block.timestamp + _between(seed, 1, 1, _word(seed, 2) % 3 == 0 ? 45 days : 2 days));
        _attest(stock, ATTESTED);
        ++succeeded[Action.PassTime];
    }

    // ---------------------------------------------------------------------------------------------------------- helpers

    function _toEnforce(uint256 seed) private view returns (uint256 facility, uint256 place) {
        facility = _pick(seed, _word(seed, 2) % 4 == 0 ? DRAWN : CALLED | DEFAULTED);
        return (facility, facility == 0 ? held.length : _pickHeld(seed, facility));
    }

    /// @dev Around the floor, 90 % rounded up.
    function _priceOf(uint256 seed, uint256 facility, uint256 place)
        private
        view
        returns (uint256 asked, bool allowed)
    {
        uint256 floor = (_gross(place) * 9 + 9) / 10;
        if (floor == 0) floor = 1;
        asked = _between(seed, 5, floor - 1, floor + floor / 5 + 1);
        allowed =
            asked >= floor && _isEnforceable(facility) && (!held[place].isLot || block.timestamp < POOLED_MATURITY);
    }

    function _isPayable(uint256 seed, uint256 facility, uint256 place) private view returns (bool) {
        uint256 floor = (_gross(place) * 9 + 9) / 10;
        return _between(seed, 5, floor - 1, floor + floor / 5 + 1) >= floor && _isEnforceable(facility);
    }

    function _enforced(uint256 facility, uint256 place, PartyId to, uint256 asked) private {
        (held[place].secures, held[place].holder) = (0, to);
        uint256 owed = _owed(facility);
        _pay(facility, asked < owed ? asked : owed);
    }
}
