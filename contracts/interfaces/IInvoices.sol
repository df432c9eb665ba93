// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {CurrencyCode, PartyId} from "../types/Ids.sol";

/// @title Invoice capacity
/// @notice What may still be financed on an invoice. An invoice is known by a keyed fingerprint (HMAC-SHA256 of
/// seller and canonical number), so the chain shows neither number nor whether a guessed number is right.
/// Capacity is the payable amount less credit notes; the notes over an invoice never exceed it.
interface IInvoices {
    /// @dev A part of an invoice that a note stands on. Amounts in minor units of the note's currency.
    struct InvoiceShare {
        bytes32 fingerprint;
        uint48 payableMinor;
        uint48 amountMinor;
    }

    /// @dev What the ledger knows of an invoice. usedMinor counts proposed and live notes.
    struct InvoiceRecord {
        PartyId seller;
        PartyId buyer;
        CurrencyCode currency;
        uint48 payableMinor;
        uint48 creditedMinor;
        uint48 usedMinor;
    }

    event InvoiceCredited(
        bytes32 indexed fingerprint,
        bytes32 indexed creditNote,
        PartyId seller,
        PartyId buyer,
        CurrencyCode currency,
        uint48 payableMinor,
        uint48 creditMinor
    );

    error FingerprintMissing();
    error InvoiceMismatch(bytes32 fingerprint, uint256 recordedPayableMinor, uint256 statedPayableMinor);
    error InvoiceOfOtherParties(bytes32 fingerprint, PartyId seller, PartyId buyer);
    error InvoiceInOtherCurrency(bytes32 fingerprint, CurrencyCode recorded);
    error InvoiceCapacityExceeded(bytes32 fingerprint, uint256 availableMinor, uint256 requestedMinor);
    error CreditNoteUsed(bytes32 creditNote);
    error InvoiceSharesUnlike(bytes32 committed, bytes32 stated);
    error InvoicesMissing();
    error ZeroAmount();

    /// @notice Records a credit note of the seller over one of its invoices, known to the ledger or not yet.
    /// @dev Requirements: caller is the seller; the credit note is new; what it takes away is not yet in use.
    function creditInvoice(
        bytes32 fingerprint,
        bytes32 creditNote,
        PartyId buyer,
        CurrencyCode currency,
        uint48 payableMinor,
        uint48 creditMinor
    ) external;

    function invoiceOf(bytes32 fingerprint) external view returns (InvoiceRecord memory);

    function creditNoteUsed(bytes32 creditNote) external view returns (bool);
}
