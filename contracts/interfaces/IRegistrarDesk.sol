// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {PartyId} from "../types/Ids.sol";

/// @title What the registrar may do at once
/// @notice Once the council administers, a party's state, roles and keys change by its vote, which takes its delay. A
/// stolen key does not wait that long: the registrar may suspend whoever does not sit in the council, and nothing else.
/// Letting the party act again takes a vote.
interface IRegistrarDesk {
    error MemberNeedsVote(PartyId party);

    /// @notice Suspends a party. What it holds stays its own and is paid out.
    /// @dev Requirements: caller holds the registrar role; the party exists and is no member of the council, so that one
    /// key cannot keep members from voting.
    function suspend(PartyId party) external;
}
