// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ActingParty} from "./ActingParty.sol";
import {IInvoices} from "./interfaces/IInvoices.sol";
import {CurrencyCode, NOBODY, PartyId} from "./types/Ids.sol";

/// @title Invoice capacity
abstract contract Invoices is ActingParty, IInvoices {
    mapping(bytes32 fingerprint => InvoiceRecord record) private _invoices;
    mapping(bytes32 creditNote => bool used) private _creditNotes;

    /// @inheritdoc IInvoices
    function creditInvoice(
        bytes32 fingerprint,
        bytes32 creditNote,
        PartyId buyer,
        CurrencyCode currency,
        uint48 payableMinor,
        uint48 creditMinor
    ) external {
        PartyId seller = _actingParty();
        if (creditNote == 0) revert FingerprintMissing();
        if (creditMinor == 0) revert ZeroAmount();
        if (_creditNotes[creditNote]) revert CreditNoteUsed(creditNote);
        _creditNotes[creditNote] = true;
        InvoiceRecord memory record = _matching(fingerprint, seller, buyer, currency, payableMinor);
        uint256 available = record.payableMinor - record.creditedMinor - record.usedMinor;
        if (creditMinor > available) revert InvoiceCapacityExceeded(fingerprint, available, creditMinor);
        record.creditedMinor += creditMinor;
        _invoices[fingerprint] = record;
        emit InvoiceCredited(fingerprint, creditNote, seller, buyer, currency, payableMinor, creditMinor);
    }

    /// @inheritdoc IInvoices
    function invoiceOf(bytes32 fingerprint) external view returns (InvoiceRecord memory) {
        return _invoices[fingerprint];
    }

    /// @inheritdoc IInvoices
    function creditNoteUsed(bytes32 creditNote) external view returns (bool) {
        return _creditNotes[creditNote];
    }

    /// @dev Takes the shares out of their invoices' capacity.
    function _reserve(InvoiceShare[] calldata shares, PartyId seller, PartyId buyer, CurrencyCode currency)
        internal
        returns (uint256 sumMinor)
    {
        if (shares.length == 0) revert InvoicesMissing();
        for (uint256 i = 0; i < shares.length; ++i) {
            InvoiceShare calldata share = shares[i];
            bytes32 fingerprint = share.fingerprint;
            uint48 amount = share.amountMinor;
            if (amount == 0) revert ZeroAmount();
            InvoiceRecord memory record = _matching(fingerprint, seller, buyer, currency, share.payableMinor);
            uint256 available = record.payableMinor - record.creditedMinor - record.usedMinor;
            if (amount > available) revert InvoiceCapacityExceeded(fingerprint, available, amount);
            record.usedMinor += amount;
            _invoices[fingerprint] = record;
            sumMinor += amount;
        }
    }

    /// @dev Gives the shares back. A record that holds nothing any more is forgotten, so that a proposal with a
    /// wrong payable amount, once refused, does not stand in the way of the right one.
    function _giveBack(InvoiceShare[] calldata shares, bytes32 committed) internal {
        bytes32 stated = _hash(shares);
        if (stated != committed) revert InvoiceSharesUnlike(committed, stated);
        for (uint256 i = 0; i < shares.length; ++i) {
            InvoiceRecord storage record = _invoices[shares[i].fingerprint];
            uint48 used = record.usedMinor - shares[i].amountMinor;
            if (used == 0 && record.creditedMinor == 0) delete _invoices[shares[i].fingerprint];
            else record.usedMinor = used;
        }
    }

    function _hash(InvoiceShare[] calldata shares) internal pure returns (bytes32) {
        return keccak256(abi.encode(shares));
    }

    /// @dev The record of an invoice, new or unlike in nothing.
    function _matching(bytes32 fingerprint, PartyId seller, PartyId buyer, CurrencyCode currency, uint48 payableMinor)
        private
        view
        returns (InvoiceRecord memory record)
    {
        if (fingerprint == 0) revert FingerprintMissing();
        record = _invoices[fingerprint];
        if (record.seller == NOBODY) {
            record = InvoiceRecord({
                seller: seller,
                buyer: buyer,
                currency: currency,
                payableMinor: payableMinor,
                creditedMinor: 0,
                usedMinor: 0
            });
        } else {
            if (record.seller != seller || record.buyer != buyer) {
                revert InvoiceOfOtherParties(fingerprint, record.seller, record.buyer);
            }
            if (record.currency != currency) revert InvoiceInOtherCurrency(fingerprint, record.currency);
            if (record.payableMinor != payableMinor) {
                revert InvoiceMismatch(fingerprint, record.payableMinor, payableMinor);
            }
        }
    }
}
