// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LedgerClient} from "./LedgerClient.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IPrices} from "./interfaces/IPrices.sol";
import {CurrencyCode, PartyId} from "./types/Ids.sol";
import {ROLE_PRICE_SOURCE} from "./types/States.sol";

/// @title Prices of goods
/// @dev Keeps the newest price alone, one word each; those before it are in the events.
contract Prices is LedgerClient, IPrices {
    struct Price {
        uint64 minor;
        uint40 observedAt;
    }

    mapping(PartyId source => mapping(bytes32 good => mapping(CurrencyCode currency => Price price))) private _prices;

    constructor(ILedger ledger) LedgerClient(ledger) {}

    /// @inheritdoc IPrices
    function postPrice(bytes32 good, CurrencyCode currency, uint64 priceMinor, uint40 observedAt) external {
        PartyId source = _actingPartyWith(ROLE_PRICE_SOURCE);
        if (good == 0) revert GoodMissing();
        if (priceMinor == 0) revert PriceZero();
        if (observedAt > block.timestamp) revert PriceInFuture(observedAt, block.timestamp);
        Price storage price = _prices[source][good][currency];
        // Posts that overtake one another must not bring an older price back.
        if (observedAt <= price.observedAt) revert PriceNotNewer(observedAt, price.observedAt);
        (price.minor, price.observedAt) = (priceMinor, observedAt);
        emit PricePosted(source, good, currency, priceMinor, observedAt);
    }

    /// @inheritdoc IPrices
    function priceOf(PartyId source, bytes32 good, CurrencyCode currency)
        external
        view
        returns (uint64 priceMinor, uint40 observedAt)
    {
        Price storage price = _prices[source][good][currency];
        return (price.minor, price.observedAt);
    }
}
