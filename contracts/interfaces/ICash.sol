// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {CurrencyCode, PartyId} from "../types/Ids.sol";

/// @title Cash: a bank's money on the ledger, one unit per minor unit of a currency
/// @notice Balances belong to parties, never to contracts: there is nobody to hold a pool. A bank issues against
/// attested deposits and pays out what a holder redeems. Supply of a currency = issued less redeemed.
interface ICash {
    event CashIssued(PartyId indexed party, CurrencyCode indexed currency, uint256 amountMinor, bytes32 depositHash);
    event CashRedeemed(
        uint64 indexed redemption,
        PartyId indexed party,
        CurrencyCode currency,
        uint256 amountMinor,
        bytes32 accountHash
    );
    event PayoutAttested(uint64 indexed redemption, bytes32 paymentHash);
    event CashMoved(
        PartyId indexed from, PartyId indexed to, CurrencyCode currency, uint256 amountMinor, bytes32 reference_
    );
    /// @dev payments: three to a word from the left, `amount 48 | party 24 | unused 8` each, then 16 unused bits.
    event CashSettled(PartyId indexed from, CurrencyCode currency, uint256[] payments, bytes32 reference_);

    error CashInsufficient(PartyId party, CurrencyCode currency, uint256 balanceMinor, uint256 neededMinor);
    error CashAmountZero();
    error CashToSelf(PartyId party);
    error DepositUsed(bytes32 depositHash);
    error RedemptionUnknown(uint64 redemption);
    error RedemptionPaid(uint64 redemption);
    error ReferenceMissing();

    /// @notice Books a deposit that the bank attests. A deposit is booked once.
    /// @dev Requirements: caller holds the bank role; the party exists; the deposit hash is new.
    function issue(PartyId party, CurrencyCode currency, uint256 amountMinor, bytes32 depositHash) external;

    /// @notice Takes cash off the ledger; the bank owes the payment from here on.
    /// @dev Requirements: caller is an active party with that much cash.
    function redeem(CurrencyCode currency, uint256 amountMinor, bytes32 accountHash)
        external
        returns (uint64 redemption);

    /// @notice The bank records the payment of a redemption.
    /// @dev Requirements: caller holds the bank role; the redemption is unpaid.
    function attestPayout(uint64 redemption, bytes32 paymentHash) external;

    /// @dev Requirements: caller is an active party with that much cash; the receiver is another party that exists.
    function transfer(PartyId to, CurrencyCode currency, uint256 amountMinor, bytes32 reference_) external;

    /// @notice The money leg of a financing.
    /// @dev Requirements: caller is a module, which answers for the payer's consent.
    function move(PartyId from, PartyId to, CurrencyCode currency, uint256 amountMinor, bytes32 reference_) external;

    /// @notice The money leg of a settlement: one payer, many receivers, one booking each.
    /// @param payments As in CashSettled.
    /// @dev Requirements: caller is a module, which answers for the payer's consent.
    function settle(PartyId from, CurrencyCode currency, uint256[] calldata payments, bytes32 reference_) external;

    function balanceOf(PartyId party, CurrencyCode currency) external view returns (uint256 amountMinor);

    function supplyOf(CurrencyCode currency) external view returns (uint256 amountMinor);

    function redemptionOf(uint64 redemption) external view returns (PartyId party, bool paid);
}
