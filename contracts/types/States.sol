// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @dev Suspended parties keep what they hold and do nothing with it.
enum PartyState {
    None,
    Active,
    Suspended
}

/// @dev The life of a note; docs/states.md draws it with the transitions that are forbidden.
enum NoteState {
    None,
    Proposed,
    Live,
    Rejected,
    Withdrawn,
    Cancelled,
    Disputed,
    Matured,
    Overdue,
    Settled,
    WrittenOff
}

/// @dev Split lots are history: their children hold the range. Only Free lots move, split or are pledged.
enum LotState {
    None,
    Free,
    Offered,
    Pledged,
    Split,
    Settled
}

/// @dev Divided: the asset was divided and the lien goes on over one part. Enforced: the asset went to a buyer.
enum LienState {
    None,
    Active,
    Released,
    Discharged,
    Divided,
    Enforced
}

/// @dev The life of a warehouse receipt. Released: for delivery, on the holder's order. Pledged is not stored: an
/// issued receipt is pledged while the lien registry has an active lien on it.
enum ReceiptState {
    None,
    Draft,
    Issued,
    Pledged,
    Released,
    Delivered,
    Cancelled,
    Disputed,
    Frozen
}

/// @dev The life of a bill of lading. Pledged is not stored, as with receipts.
enum BillState {
    None,
    Issued,
    Pledged,
    Surrendered,
    Switched,
    Discharged,
    Frozen
}

/// @dev Called: a margin call is open.
enum FacilityState {
    None,
    Offered,
    Withdrawn,
    Open,
    Called,
    Defaulted,
    Closed
}

enum FinancingKind {
    Loan,
    Purchase
}

enum FinancingState {
    None,
    Offered,
    Withdrawn,
    DrawnDown,
    Repaid,
    Purchased,
    Defaulted
}

/// @dev A proposal to the council. One past its time is still Open, and does nothing.
enum ProposalState {
    None,
    Open,
    Executed
}

/// @dev Roles of a party, one bit each. They say what a party may be on the ledger, not who administers it.
uint32 constant ROLE_CORE_ENTERPRISE = 1 << 0;
uint32 constant ROLE_SUPPLIER = 1 << 1;
uint32 constant ROLE_FUNDER = 1 << 2;
uint32 constant ROLE_BANK = 1 << 3;
uint32 constant ROLE_KEEPER = 1 << 4;
uint32 constant ROLE_INSPECTOR = 1 << 5;
uint32 constant ROLE_AUDITOR = 1 << 6;
uint32 constant ROLE_REGULATOR = 1 << 7;
uint32 constant ROLE_CARRIER = 1 << 8;
uint32 constant ROLE_PRICE_SOURCE = 1 << 9;
