// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LotId, NoteId, PartyId} from "../types/Ids.sol";
import {LotState} from "../types/States.sol";

/// @title Lots: sub-ranges of a note
/// @notice A note of face F is the range 1..F. A split cuts a lot's range into children; nothing is minted or lost.
/// An assignment needs the assignee's acceptance, given per assignment or in advance: until then the assignor holds.
interface ILots {
    /// @dev One child of a split, in order of position.
    struct Child {
        uint48 amountMinor;
        PartyId holder;
    }

    /// @dev first and last are positions counted from 1; holder is the party paid if the note fell due now.
    /// offeree is the party asked to accept, zero unless Offered.
    struct LotView {
        LotState state;
        uint48 first;
        uint48 last;
        PartyId holder;
        PartyId offeree;
        LotId parent;
    }

    /// @dev words: the segment as it lies in storage, see PackedLots. A child is Offered where its party has not
    /// accepted in advance. A plain assignment without acceptance is a split into one child.
    event LotSplit(LotId indexed lot, uint24 segment, uint256[] words, bytes32 background);
    event LotAssigned(LotId indexed lot, PartyId to, bytes32 background);
    event LotAccepted(LotId indexed lot);
    /// @dev The lot goes back to `holder`: rejected by the offeree, or revoked by the assignor.
    event LotReturned(LotId indexed lot, PartyId holder, bool revoked);
    event AssignmentAcknowledged(LotId indexed lot, PartyId holder);

    error LotUnknown(LotId lot);
    error UnexpectedLotState(LotId lot, LotState current, LotState expected);
    error NotHolder(LotId lot, PartyId actor, PartyId holder);
    error NoteNotTransferable(NoteId note);
    error AssigneeIsDebtor(NoteId note);
    error AssigneeUnknown(PartyId assignee);
    error AssigneeHoldsIt(LotId lot);
    error ChildrenMissing(uint256 count);
    error TooManyChildren(uint256 count, uint256 maximum);
    error TooManySegments(NoteId note);
    error SplitDoesNotAddUp(LotId lot, uint256 lengthMinor, uint256 childrenMinor);
    error TradeBackgroundMissing();

    /// @notice Cuts a lot into 2 to 4095 children, each for its holder: the caller itself or another party.
    /// @param background Hash of the trade references (order, contract, invoice) behind the assignments.
    /// @dev Requirements: the note is Live and not matured; the lot is Free; caller holds it; no child is zero and
    /// together they are the lot; no child goes to the debtor; every party exists.
    function split(LotId lot, Child[] calldata children, bytes32 background) external returns (uint24 segment);

    /// @notice Assigns a whole lot. With the assignee's standing acceptance it moves at once, otherwise it is offered.
    /// @return moved The lot that the assignee holds or is offered: `lot` itself, or the child offered.
    /// @dev Requirements: as for split; the background is stated; the assignee is neither holder nor debtor.
    function assign(LotId lot, PartyId to, bytes32 background) external returns (LotId moved);

    /// @dev Requirements: Offered; caller is the offeree; the note is Live and not matured.
    function accept(LotId lot) external;

    /// @dev Requirements: Offered; caller is the offeree.
    function reject(LotId lot) external;

    /// @dev Requirements: Offered; caller is the assignor.
    function revoke(LotId lot) external;

    /// @notice The debtor records that it knows of the holder. Settlement pays the holder of record either way.
    /// @dev Requirements: caller is the note's debtor; the lot is not history.
    function acknowledge(LotId lot) external;

    function lotOf(LotId lot) external view returns (LotView memory);

    /// @notice A segment as it lies in storage; empty where there is none.
    function segmentWords(NoteId note, uint24 segment) external view returns (uint256[] memory words);
}
