// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {INotes} from "../../../../contracts/interfaces/INotes.sol";
import {AssetId, FacilityId, NoteId, PartyId, assetOfLot, lotId} from "../../../../contracts/types/Ids.sol";
import {FacilityState} from "../../../../contracts/types/States.sol";
import {FacilityFixture} from "../support/FacilityFixture.sol";
import {vm} from "../support/Vm.sol";

/// @title What the facility handler keeps beside the contracts: debts, pools and values reckoned by itself
/// @notice Every action takes one seed, looks for something to try, reckons from these books alone whether that may go through,
/// and tries it: a call that is let through and should not be, or the other way round, is a finding (fail_on_revert).
abstract contract FacilityBooks is FacilityFixture {
    enum Action {
        Open,
        Add,
        Substitute,
        Withdraw,
        Repay,
        CallMargin,
        Lift,
        Default,
        Take,
        Sell,
        SellClaim,
        Release,
        Settle,
        MovePrice,
        PassTime
    }

    struct Book {
        FacilityState state;
        PartyId funder;
        uint256 principal;
        uint256 interest;
        uint256 repaid;
        uint256 day;
        uint256 dueAt;
        uint256 deadline;
    }

    /// @dev Worth: minor units of a lot, or quantity of steel.
    struct Held {
        AssetId asset;
        bool isLot;
        uint256 worth;
        PartyId holder;
        uint256 secures;
    }

    uint256 internal constant MOST_ASSETS = 30;
    uint256 internal constant MOST_FACILITIES = 12;
    uint48 internal constant LOT = 30_000;
    uint40 internal constant POOLED_MATURITY = START + 40 days;

    mapping(Action action => uint256 times) public succeeded;
    mapping(Action action => uint256 times) public refused;
    Book[] internal books;
    Held[] internal held;
    uint256 internal price;
    uint256 internal pricedAt;
    NoteId internal pooledNote;
    bool internal settled;

    function setUp() public virtual override {
        super.setUp();
        _fund(rival, 1_000_000_000);
        _fund(second, 1_000_000_000);
        (price, pricedAt) = (STEEL_PRICE, START);
        for (uint256 i = 0; i < 10; ++i) {
            _newSteel(4000 + 1000 * i);
        }
        INotes.Proposal memory proposal = _proposal(_oneShare(_hash(), 4 * LOT, 4 * LOT));
        proposal.maturityAt = POOLED_MATURITY;
        pooledNote = _proposeAs(supplier, proposal);
        _confirm(pooledNote);
        _split(supplier, _root(pooledNote), _equal(supplier, 4, LOT));
        for (uint256 i = 0; i < 4; ++i) {
            held.push(Held(assetOfLot(lotId(pooledNote, 1, i)), true, LOT, supplier, 0));
        }
    }

    function _newSteel(uint256 quantity) internal {
        held.push(Held(_steel(uint64(quantity)), false, quantity, supplier, 0));
    }

    // ------------------------------------------------------------------------------------------------------------ tries

    function _try(Action action, PartyId actor, bytes memory callData, bool allowed) internal returns (bool done) {
        vm.prank(keyOf[actor]);
        (done,) = address(facilities).call(callData);
        string memory why = string.concat("action ", vm.toString(uint256(action)));
        vm.assertEq(done, allowed, string.concat(why, allowed ? " was refused" : " was let through"));
        if (done) ++succeeded[action];
        else ++refused[action];
    }

    function _word(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    function _between(uint256 seed, uint256 salt, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + _word(seed, salt) % (most - least + 1);
    }

    function _id(uint256 facility) internal pure returns (FacilityId) {
        return FacilityId.wrap(uint64(facility));
    }

    /// @dev A facility in one of the states (a bit each), or zero.
    function _pick(uint256 seed, uint256 states) internal view returns (uint256 facility) {
        uint256 count = books.length;
        for (uint256 i = 0; i < count; ++i) {
            facility = 1 + (_word(seed, 1) % count + i) % count;
            if ((states >> uint256(books[facility - 1].state)) & 1 == 1) return facility;
        }
        return 0;
    }

    /// @dev An asset that secures the facility (zero: a free one of the borrower's), or the number of all of them.
    function _pickHeld(uint256 seed, uint256 facility) internal view returns (uint256 place) {
        uint256 count = held.length;
        for (uint256 i = 0; i < count; ++i) {
            place = (_word(seed, 2) % count + i) % count;
            if (held[place].secures == facility && held[place].holder == supplier) return place;
        }
        return count;
    }

    // ------------------------------------------------------------------------------------------------------------ books

    function _owed(uint256 facility) internal view returns (uint256) {
        Book storage book = books[facility - 1];
        return book.principal + _interest(book);
    }

    /// @dev 600 bps on 360 days, half up.
    function _interest(Book storage book) private view returns (uint256) {
        uint256 ran = block.timestamp / 1 days - book.day;
        return book.interest + (book.principal * 600 * ran + 1_800_000) / 3_600_000;
    }

    function _pay(uint256 facility, uint256 amount) internal {
        Book storage book = books[facility - 1];
        (book.interest, book.day) = (_interest(book), block.timestamp / 1 days);
        uint256 toInterest = amount < book.interest ? amount : book.interest;
        book.interest -= toInterest;
        book.principal -= amount - toInterest;
        book.repaid += amount;
        if (book.principal + book.interest != 0) return;
        (book.state, book.deadline) = (FacilityState.Closed, 0);
        for (uint256 i = 0; i < held.length; ++i) {
            if (held[i].secures == facility) held[i].secures = 0;
        }
    }

    function _gross(uint256 place) internal view returns (uint256) {
        return held[place].isLot ? held[place].worth : price * held[place].worth / 1000;
    }

    function _value(uint256 place) internal view returns (uint256) {
        return _gross(place) * (held[place].isLot ? 95 : 90) / 100;
    }

    function _poolValue(uint256 facility) internal view returns (uint256 value) {
        for (uint256 i = 0; i < held.length; ++i) {
            if (held[i].secures == facility) value += _value(i);
        }
    }

    function _isWithin(uint256 debt, uint256 value, uint256 limitBps) internal pure returns (bool) {
        return debt * 10_000 <= value * limitBps;
    }

    function _isFresh() internal view returns (bool) {
        return block.timestamp <= pricedAt + PRICE_AGE;
    }

    /// @dev Whether every price that a valuation of the pool asks for is fresh.
    function _isPriced(uint256 facility) internal view returns (bool) {
        if (_isFresh()) return true;
        for (uint256 i = 0; i < held.length; ++i) {
            if (held[i].secures == facility && !held[i].isLot) return false;
        }
        return true;
    }

    function _mayBePledged(uint256 place) internal view returns (bool) {
        if (held[place].secures != 0) return false;
        return held[place].isLot ? block.timestamp < POOLED_MATURITY : _isFresh();
    }

    function _isEnforceable(uint256 facility) internal view returns (bool) {
        Book storage book = books[facility - 1];
        if (book.state == FacilityState.Defaulted) return true;
        return book.state == FacilityState.Called && block.timestamp > book.deadline
            && !_isWithin(_owed(facility), _poolValue(facility), 8000);
    }
}
