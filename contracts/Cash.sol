// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {Modules} from "./Modules.sol";
import {ICash} from "./interfaces/ICash.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IParties} from "./interfaces/IParties.sol";
import {CurrencyCode, NOBODY, PartyId} from "./types/Ids.sol";

/// @title Cash: a bank's money on the ledger
/// @dev Balances are kept by party number, so no contract can own any.
contract Cash is Modules, LedgerClient, ICash {
    struct Redemption {
        PartyId party;
        bool paid;
    }

    /// @dev key: `currency << 24 | party`.
    mapping(uint256 account => uint256 minor) private _balances;
    mapping(CurrencyCode currency => uint256 minor) private _supplies;
    mapping(bytes32 depositHash => bool used) private _deposits;
    mapping(uint64 redemption => Redemption record) private _redemptions;
    uint64 private _redemptionCount;

    constructor(address authority, ILedger ledger) AccessManaged(authority) LedgerClient(ledger) {}

    /// @inheritdoc ICash
    function issue(PartyId party, CurrencyCode currency, uint256 amountMinor, bytes32 depositHash) external restricted {
        if (depositHash == 0) revert ReferenceMissing();
        if (_deposits[depositHash]) revert DepositUsed(depositHash);
        if (amountMinor == 0) revert CashAmountZero();
        if (!_partyExists(party)) revert IParties.PartyUnknown(party);
        _deposits[depositHash] = true;
        // Checked: the supply bounds every balance, so balances cannot overflow below.
        _supplies[currency] += amountMinor;
        _balances[_account(party, currency)] += amountMinor;
        emit CashIssued(party, currency, amountMinor, depositHash);
    }

    /// @inheritdoc ICash
    function redeem(CurrencyCode currency, uint256 amountMinor, bytes32 accountHash)
        external
        returns (uint64 redemption)
    {
        PartyId party = _actingParty();
        if (accountHash == 0) revert ReferenceMissing();
        _take(party, currency, amountMinor);
        _supplies[currency] -= amountMinor;
        redemption = ++_redemptionCount;
        _redemptions[redemption].party = party;
        emit CashRedeemed(redemption, party, currency, amountMinor, accountHash);
    }

    /// @inheritdoc ICash
    function attestPayout(uint64 redemption, bytes32 paymentHash) external restricted {
        if (paymentHash == 0) revert ReferenceMissing();
        Redemption storage record = _redemptions[redemption];
        if (record.party == NOBODY) revert RedemptionUnknown(redemption);
        if (record.paid) revert RedemptionPaid(redemption);
        record.paid = true;
        emit PayoutAttested(redemption, paymentHash);
    }

    /// @inheritdoc ICash
    function transfer(PartyId to, CurrencyCode currency, uint256 amountMinor, bytes32 reference_) external {
        PartyId from = _actingParty();
        if (reference_ == 0) revert ReferenceMissing();
        if (!_partyExists(to)) revert IParties.PartyUnknown(to);
        _move(from, to, currency, amountMinor, reference_);
    }

    /// @inheritdoc ICash
    function move(PartyId from, PartyId to, CurrencyCode currency, uint256 amountMinor, bytes32 reference_)
        external
        onlyModule
    {
        _move(from, to, currency, amountMinor, reference_);
    }

    /// @inheritdoc ICash
    function settle(PartyId from, CurrencyCode currency, uint256[] calldata payments, bytes32 reference_)
        external
        onlyModule
    {
        uint256 total;
        uint256 currencyBits = uint256(CurrencyCode.unwrap(currency)) << 24;
        // The sum is taken from the payer below and bounded by the supply, so neither it nor a balance can overflow.
        unchecked {
            for (uint256 i = 0; i < payments.length; ++i) {
                // Three payments a word, from the left; an empty place pays nobody.
                for (uint256 word = payments[i]; word != 0; word <<= 80) {
                    uint256 amount = word >> 208;
                    if (amount == 0) continue;
                    total += amount;
                    _balances[currencyBits | uint24(word >> 184)] += amount;
                }
            }
        }
        if (total != 0) _take(from, currency, total);
        emit CashSettled(from, currency, payments, reference_);
    }

    /// @inheritdoc ICash
    function balanceOf(PartyId party, CurrencyCode currency) external view returns (uint256 amountMinor) {
        return _balances[_account(party, currency)];
    }

    /// @inheritdoc ICash
    function supplyOf(CurrencyCode currency) external view returns (uint256 amountMinor) {
        return _supplies[currency];
    }

    /// @inheritdoc ICash
    function redemptionOf(uint64 redemption) external view returns (PartyId party, bool paid) {
        Redemption storage record = _redemptions[redemption];
        return (record.party, record.paid);
    }

    function _move(PartyId from, PartyId to, CurrencyCode currency, uint256 amountMinor, bytes32 reference_) private {
        if (from == to) revert CashToSelf(from);
        _take(from, currency, amountMinor);
        // Bounded by the supply, see issue.
        unchecked {
            _balances[_account(to, currency)] += amountMinor;
        }
        emit CashMoved(from, to, currency, amountMinor, reference_);
    }

    function _take(PartyId from, CurrencyCode currency, uint256 amountMinor) private {
        if (amountMinor == 0) revert CashAmountZero();
        uint256 account = _account(from, currency);
        uint256 balance = _balances[account];
        if (balance < amountMinor) revert CashInsufficient(from, currency, balance, amountMinor);
        unchecked {
            _balances[account] = balance - amountMinor;
        }
    }

    function _account(PartyId party, CurrencyCode currency) private pure returns (uint256) {
        return (uint256(CurrencyCode.unwrap(currency)) << 24) | PartyId.unwrap(party);
    }
}
