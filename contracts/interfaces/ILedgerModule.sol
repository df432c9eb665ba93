// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {CurrencyCode, LotId, NoteId, PartyId} from "../types/Ids.sol";

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
    /// @dev payouts lie as the lots do (PackedLots, positions of segment 0 as in PackedNotes), with the amount paid in
    /// the place of the end: `amount 48 | party 24 | state before 8`. One word for each storage word that the ranges
    /// touch, in their order; lots outside the ranges are zero. lastRound: the lots are Settled by it.
    event PaymentApplied(NoteId indexed note, uint48 roundMinor, bool lastRound, LotRange[] ranges, uint256[] payouts);
    event NoteSettled(NoteId indexed note, uint48 paidMinor);

    error NotDebtor(NoteId note, PartyId payer);
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
    /// @return currency What the note is paid in.
    /// @return payouts As in PaymentApplied.
    /// @return last Whether this round leaves nothing to pay, so that its lots are Settled.
    /// @dev Requirements: caller is a module, which answers for the payer's consent; the payer is the debtor; matured
    /// (or disputed or overdue after maturity); the ranges continue the round without a gap; the amount is positive, or
    /// zero where nothing is left to pay but lots are still open.
    function applyPayment(NoteId note, PartyId payer, uint48 amountMinor, LotRange[] calldata ranges)
        external
        returns (CurrencyCode currency, uint256[] memory payouts, bool last);

    /// @notice What a lot got in rounds that left something open. Once it is Settled, its rounds' events say the rest.
    function paidOnLot(LotId lot) external view returns (uint48 minor);
}
