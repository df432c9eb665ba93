// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LotId, NoteId, PartyId} from "../types/Ids.sol";

/// @title What the ledger offers to financing and settlement
/// @notice Modules are contracts that the consortium admits. They decide when; the ledger still decides whether.
interface ILedgerModule {
    /// @dev A run of sibling lots, `from` to `to` inclusive, in one segment.
    struct LotRange {
        uint24 segment;
        uint16 from;
        uint16 to;
    }

    event LotSold(LotId indexed lot, PartyId to);
    /// @dev payouts: one word a lot, `segment 24 | index 16 | state before 8 | party 24 | amount 48`, from bit 0 up:
    /// amount, party, state, index, segment. final: lots in it are Settled.
    event PaymentApplied(NoteId indexed note, uint48 roundMinor, bool finalRound, uint256[] payouts);
    event NoteSettled(NoteId indexed note, uint48 paidMinor);

    error NothingPayable(NoteId note);
    error PaymentTooLarge(NoteId note, uint256 payableMinor, uint256 amountMinor);
    error RoundUnlike(NoteId note, uint256 roundMinor, uint256 statedMinor);
    error LotsNotContiguous(LotId lot, uint256 expectedFirst, uint256 first);
    error LotRangeInvalid(uint256 segment, uint256 from, uint256 to);

    /// @notice Moves a sold lot to its buyer.
    /// @dev Requirements: caller is a module; Live and not matured; Free; held by `from`; the buyer is not the debtor.
    function transferSold(LotId lot, PartyId from, PartyId to) external;

    /// @notice Applies a payment of the debtor to lots in order of position and says who is owed what.
    ///
    /// A payment of `amountMinor` is a round over the whole note. A round may take several calls, each continuing
    /// where the last one stopped; every call states the same amount. Each lot gets its share of the round in
    /// proportion to what is unpaid on it, rounded by position, so that the shares add up to the cent.
    /// @return payouts As in PaymentApplied.
    /// @return last Whether this round leaves nothing to pay, so that its lots are Settled.
    /// @return complete Whether the round reached the end of the note.
    /// @dev Requirements: caller is a module; matured (or disputed or overdue after maturity); the ranges continue the
    /// round without a gap; the amount is positive, or zero where nothing is left to pay but lots are still open.
    function applyPayment(NoteId note, uint48 amountMinor, LotRange[] calldata ranges)
        external
        returns (uint256[] memory payouts, bool last, bool complete);
}
