// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {CurrencyCode, NoteId, PartyId} from "../types/Ids.sol";
import {NoteState} from "../types/States.sol";
import {IInvoices} from "./IInvoices.sol";

/// @title Notes: confirmed receivables
/// @notice The creditor proposes and the debtor confirms, or the debtor opens and the creditor accepts. A note is
/// live only when both have signed. Times are seconds since 1970 UTC, amounts minor units.
interface INotes {
    struct Proposal {
        PartyId debtor;
        PartyId creditor;
        CurrencyCode currency;
        uint40 maturityAt;
        bytes32 termsHash;
        IInvoices.InvoiceShare[] invoices;
    }

    /// @dev disputedMinor is frozen until the dispute ends; reducedMinor was taken off by upheld disputes.
    struct NoteView {
        NoteState state;
        bool proposedByDebtor;
        PartyId debtor;
        PartyId creditor;
        CurrencyCode currency;
        uint40 maturityAt;
        uint24 segmentCount;
        uint48 faceMinor;
        uint48 disputedMinor;
        uint48 reducedMinor;
        uint48 paidMinor;
        bytes32 invoicesHash;
    }

    event NoteProposed(
        NoteId indexed note,
        PartyId indexed debtor,
        PartyId indexed creditor,
        bool byDebtor,
        CurrencyCode currency,
        uint48 faceMinor,
        uint40 maturityAt,
        bytes32 termsHash,
        IInvoices.InvoiceShare[] invoices
    );
    event NoteConfirmed(NoteId indexed note);
    event NoteRejected(NoteId indexed note, bytes32 reasonHash);
    event NoteWithdrawn(NoteId indexed note);
    event NoteCancelled(NoteId indexed note, bytes32 reasonHash);
    event NoteDisputed(NoteId indexed note, uint48 disputedMinor, bytes32 evidenceHash);
    event DisputeWithdrawn(NoteId indexed note, NoteState state);
    event DisputeResolved(NoteId indexed note, uint48 upheldMinor, NoteState state, bytes32 reasonHash);
    event NoteMatured(NoteId indexed note);
    event NoteOverdue(NoteId indexed note);
    event NoteWrittenOff(NoteId indexed note, uint48 unpaidMinor, bytes32 reasonHash);

    error NoteUnknown(NoteId note);
    error UnexpectedNoteState(NoteId note, NoteState current, NoteState expected);
    error NotThisParty(PartyId actor, PartyId expected);
    error SameParty(PartyId party);
    error MaturityInPast(uint256 maturityAt, uint256 nowAt);
    error NotMatured(NoteId note, uint256 maturityAt, uint256 nowAt);
    error NotOverdue(NoteId note, uint256 overdueAt, uint256 nowAt);
    error FaceTooLarge(uint256 faceMinor, uint256 maximumMinor);
    error FaceUnlike(NoteId note, uint256 faceMinor, uint256 statedMinor);
    error NoteDivided(NoteId note);
    error DisputeTooLarge(NoteId note, uint256 availableMinor, uint256 requestedMinor);
    error PaymentUnfinished(NoteId note);
    error TermsHashMissing();

    /// @notice Opens a note over invoices of the creditor to the debtor; the face is the sum of the shares.
    /// @dev Requirements: caller is creditor or debtor, and they differ; the debtor is a core enterprise and both
    /// exist; maturity lies ahead; every share fits the capacity that is left.
    function propose(Proposal calldata proposal) external returns (NoteId note);

    /// @notice The other side's signature; the note is live from here on.
    /// @dev Requirements: the note is Proposed; caller is the side that did not propose; the stated face is the
    /// note's; maturity still lies ahead.
    function confirm(NoteId note, uint48 faceMinor) external;

    /// @dev Requirements: Proposed; caller is the side that did not propose; shares as proposed.
    function reject(NoteId note, IInvoices.InvoiceShare[] calldata invoices, bytes32 reasonHash) external;

    /// @dev Requirements: Proposed; caller is the side that proposed; shares as proposed.
    function withdraw(NoteId note, IInvoices.InvoiceShare[] calldata invoices) external;

    /// @notice The creditor gives the claim up and the invoices get their capacity back.
    /// @dev Requirements: Live; caller is the creditor and holds the whole note undivided and free of liens.
    function cancel(NoteId note, IInvoices.InvoiceShare[] calldata invoices, bytes32 reasonHash) external;

    /// @notice The debtor disputes an amount. Nothing of the note moves until the dispute ends; the rest of the
    /// amount stays payable at maturity (SME-15 of the rules).
    /// @dev Requirements: Live or Matured; caller is the debtor; no payment is half done; the amount is unpaid.
    function dispute(NoteId note, uint48 amountMinor, bytes32 evidenceHash) external;

    /// @dev Requirements: Disputed; caller is the debtor.
    function withdrawDispute(NoteId note) external;

    /// @notice Ends a dispute: what is upheld is taken off what the debtor owes, the rest is payable again.
    /// @dev Requirements: caller holds the arbiter role; Disputed; upheld is at most the disputed amount; no payment
    /// is half done.
    function resolveDispute(NoteId note, uint48 upheldMinor, bytes32 reasonHash) external;

    /// @notice Records that maturity has come. Anybody may.
    /// @dev Requirements: Live; the maturity has passed.
    function markMatured(NoteId note) external;

    /// @notice Records that a matured note was not paid within a day. Anybody may.
    /// @dev Requirements: Matured, or Live; a day has passed since maturity.
    function markOverdue(NoteId note) external;

    /// @notice Gives up what is unpaid. It is shown as written off, never as repaid.
    /// @dev Requirements: caller holds the arbiter role; Overdue; no payment is half done.
    function writeOff(NoteId note, bytes32 reasonHash) external;

    function noteOf(NoteId note) external view returns (NoteView memory);

    function noteCount() external view returns (uint64);
}
