// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Interest} from "./Interest.sol";

/// @title What is owed, and how a payment is booked
library Debts {
    /// @dev accruedDay: UTC day up to which interest is in interestMinor.
    struct Debt {
        uint48 principalMinor;
        uint48 interestMinor;
        uint48 repaidMinor;
        uint24 accruedDay;
        uint16 rateBps;
        uint16 dayBasis;
    }

    /// @notice Principal and interest as of today.
    function owed(Debt storage debt) internal view returns (uint256 principal, uint256 interest) {
        principal = debt.principalMinor;
        interest = interestToday(principal, debt.interestMinor, debt.rateBps, debt.dayBasis, debt.accruedDay);
    }

    /// @notice Interest booked up to a UTC day, and what ran since.
    function interestToday(
        uint256 principalMinor,
        uint256 interestMinor,
        uint256 rateBps,
        uint256 dayBasis,
        uint256 accruedDay
    ) internal view returns (uint256 interest) {
        interest = interestMinor;
        if (principalMinor != 0) {
            interest += Interest.simple(principalMinor, rateBps, dayBasis, Interest.dayOf(block.timestamp) - accruedDay);
            // A debt is an amount of the ledger too. Interest stops where it would no longer fit, rather than wrap.
            uint256 most = type(uint48).max - principalMinor;
            if (interest > most) interest = most;
        }
    }

    /// @notice Books interest up to today; the caller emits an event that says so.
    function accrue(Debt storage debt) internal returns (uint256 total) {
        (uint256 principal, uint256 interest) = owed(debt);
        debt.interestMinor = uint48(interest);
        debt.accruedDay = Interest.dayOf(block.timestamp);
        return principal + interest;
    }

    /// @notice Books a payment of at most the accrued debt: interest first, then principal.
    function pay(Debt storage debt, uint48 amountMinor) internal returns (uint48 toInterest, uint48 toPrincipal) {
        uint48 interest = debt.interestMinor;
        toInterest = amountMinor < interest ? amountMinor : interest;
        toPrincipal = amountMinor - toInterest;
        debt.interestMinor = interest - toInterest;
        debt.principalMinor -= toPrincipal;
        debt.repaidMinor += amountMinor;
    }
}
