// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {CurrencyCode, PartyId} from "../types/Ids.sol";

/// @title Prices of goods
/// @notice What a price source says that one whole unit of a good costs, signed by its key. Who lends names the
/// source that it trusts.
interface IPrices {
    /// @dev priceMinor: minor units of the currency for one whole unit of the good. observedAt: seconds UTC.
    event PricePosted(
        PartyId indexed source,
        bytes32 indexed good,
        CurrencyCode indexed currency,
        uint64 priceMinor,
        uint40 observedAt
    );

    error PriceZero();
    error GoodMissing();
    error PriceNotNewer(uint256 observedAt, uint256 lastObservedAt);
    error PriceInFuture(uint256 observedAt, uint256 nowAt);

    /// @dev Requirements: caller is a price source; good and price are stated; observed after its last price of that
    /// good in that currency and not in the future.
    function postPrice(bytes32 good, CurrencyCode currency, uint64 priceMinor, uint40 observedAt) external;

    /// @return priceMinor Zero where the source never posted one.
    function priceOf(PartyId source, bytes32 good, CurrencyCode currency)
        external
        view
        returns (uint64 priceMinor, uint40 observedAt);
}
