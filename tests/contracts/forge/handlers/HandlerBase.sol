// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {INotes} from "../../../../contracts/interfaces/INotes.sol";
import {NoteId, PartyId} from "../../../../contracts/types/Ids.sol";
import {LotState, NoteState, PartyState} from "../../../../contracts/types/States.sol";
import {NoteFixture} from "../support/NoteFixture.sol";
import {TierTree} from "../support/TierTree.sol";
import {vm} from "../support/Vm.sol";

/// @title What the handlers share: the world, how to pick from it, and what they remember of it
/// @notice Every action takes one seed, looks for something that it may do, and does it. It never tries what must fail:
/// a call that reverts is a finding (fail_on_revert). Where there is nothing to do, it does nothing and counts nothing.
abstract contract HandlerBase is NoteFixture {
    enum Action {
        Propose,
        Confirm,
        RejectNote,
        WithdrawNote,
        Cancel,
        Credit,
        Dispute,
        WithdrawDispute,
        ResolveDispute,
        MarkMatured,
        MarkOverdue,
        WriteOff,
        Split,
        Assign,
        AcceptLot,
        RejectLot,
        RevokeLot,
        Acknowledge,
        Pledge,
        Release,
        ReleasePart,
        TransferPledge,
        Substitute,
        EnforceLien,
        BlockNote,
        ResolveBlock,
        OfferLoan,
        OfferPurchase,
        WithdrawOffer,
        AcceptOffer,
        Repay,
        MarkDefaulted,
        PayRound,
        PayPart,
        MoveCash,
        Redeem,
        Accepting,
        Suspend,
        PassTime,
        Attack
    }

    uint256 internal constant MOST_NOTES = 10;
    uint256 internal constant MOST_SEGMENTS = 7;

    mapping(Action action => uint256 times) public succeeded;

    /// @dev Who should hold how much of a note, kept from the actions alone.
    mapping(NoteId note => mapping(PartyId party => uint256 minor)) public held;
    /// @dev What the debtor's cash lost to a note.
    mapping(NoteId note => uint256 minor) public paidFor;
    /// @dev The payment under way: its amount and the last position that it reached; zero where none is.
    mapping(NoteId note => uint48 minor) public roundMinor;
    mapping(NoteId note => uint48 position) public roundCursor;
    mapping(bytes32 fingerprint => uint256 minor) public used;
    /// @dev How many blocks are open on a note; each match is the count when it was placed.
    mapping(NoteId note => uint256 count) public blocks;
    bytes32[] public fingerprints;
    uint256 public issuedMinor;
    uint256 public redeemedMinor;
    /// @dev Moves that somebody made who was not entitled to.
    uint256 public wrongMoves;

    PartyId[] internal suppliers;
    PartyId[] internal funders;

    function setUp() public virtual override {
        super.setUp();
        suppliers.push(supplier);
        suppliers.push(second);
        suppliers.push(third);
        funders.push(funder);
        funders.push(rival);
    }

    // ---------------------------------------------------------------------------------------------------------- picks

    function _word(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    function _upTo(uint256 seed, uint256 salt, uint256 most) internal pure returns (uint256) {
        return _word(seed, salt) % (most + 1);
    }

    function _between(uint256 seed, uint256 salt, uint256 least, uint256 most) internal pure returns (uint48) {
        return uint48(least + _word(seed, salt) % (most - least + 1));
    }

    function _supplier(uint256 seed, uint256 salt) internal view returns (PartyId) {
        return suppliers[_word(seed, salt) % suppliers.length];
    }

    function _isActive(PartyId party) internal view returns (bool) {
        (PartyState state,,) = ledger.partyOf(party);
        return state == PartyState.Active;
    }

    /// @dev A note in one of the states (a bit each), the first from a place that the seed says.
    function _pickNote(uint256 seed, uint256 states) internal view returns (bool found, NoteId note) {
        uint256 count = ledger.noteCount();
        for (uint256 i = 0; i < count; ++i) {
            note = NoteId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            if ((states >> uint256(_stateOf(note))) & 1 == 1) return (true, note);
        }
    }

    /// @dev As _pickNote, of those whose maturity was that long ago.
    function _pickDue(uint256 seed, uint256 states, uint256 ago) internal view returns (bool found, NoteId note) {
        uint256 count = ledger.noteCount();
        for (uint256 i = 0; i < count; ++i) {
            note = NoteId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            INotes.NoteView memory record = ledger.noteOf(note);
            bool due = block.timestamp >= record.maturityAt + ago;
            if (due && (states >> uint256(record.state)) & 1 == 1) return (true, note);
        }
    }

    /// @dev A lot in the state, of a note whose lots may move.
    function _pickMovable(uint256 seed, LotState state)
        internal
        view
        returns (bool found, NoteId note, TierTree.Leaf memory leaf)
    {
        uint256 count = ledger.noteCount();
        for (uint256 i = 0; i < count; ++i) {
            note = NoteId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            if (!_isMovable(note)) continue;
            (found, leaf) = _pickLeaf(seed, note, state);
            if (found) return (true, note, leaf);
        }
    }

    function _pickLeaf(uint256 seed, NoteId note, LotState state)
        internal
        view
        returns (bool found, TierTree.Leaf memory leaf)
    {
        TierTree.Leaf[] memory leaves = TierTree.leavesOf(ledger, note);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaf = leaves[(_word(seed, 2) % leaves.length + i) % leaves.length];
            if (leaf.state == state) return (true, leaf);
        }
    }

    function _isMovable(NoteId note) internal view returns (bool) {
        INotes.NoteView memory record = ledger.noteOf(note);
        return record.state == NoteState.Live && block.timestamp < record.maturityAt;
    }

    function _bit(NoteState state) internal pure returns (uint256) {
        return 1 << uint256(state);
    }

    // ----------------------------------------------------------------------------------------------------------- ghosts

    function _did(Action action) internal {
        ++succeeded[action];
    }

    function _moveHeld(NoteId note, PartyId from, PartyId to, uint256 minor) internal {
        held[note][from] -= minor;
        held[note][to] += minor;
    }

    /// @dev Sees to it that the party has at least that much.
    function _provide(PartyId party, uint256 minor) internal {
        uint256 balance = _balance(party);
        if (balance >= minor) return;
        issuedMinor += minor - balance;
        _fund(party, minor - balance);
    }

    function _length(TierTree.Leaf memory leaf) internal pure returns (uint48) {
        return leaf.last - leaf.first + 1;
    }
}
