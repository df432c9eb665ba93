// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Simple interest
/// @dev backend/counterfoil/domain/interest.py computes the same numbers; a lockstep test compares them.
library Interest {
    /// @notice UTC day number of a time in seconds.
    function dayOf(uint256 timestamp) internal pure returns (uint24) {
        return uint24(timestamp / 1 days);
    }

    /// @notice principal x rate x days / (10,000 x basis), rounded half up to the minor unit.
    /// @dev Principal below 2**48, rate below 2**16 and days below 2**24: the product stays below 2**89.
    function simple(uint256 principalMinor, uint256 rateBps, uint256 dayBasis, uint256 daysRun)
        internal
        pure
        returns (uint256)
    {
        uint256 divisor = 10_000 * dayBasis;
        return (principalMinor * rateBps * daysRun + divisor / 2) / divisor;
    }
}
