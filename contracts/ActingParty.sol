// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Instructed} from "./Instructed.sol";
import {PartyId} from "./types/Ids.sol";
import {IParties} from "./interfaces/IParties.sol";

/// @title Who acts
/// @notice The one place where a key becomes a party. Rules ask `_actingParty` and nothing else, so that they are the
/// same for a party's own transactions and for instructions that it signed and somebody else relays.
abstract contract ActingParty is Instructed {
    function _actingParty() internal view returns (PartyId party) {
        (party,) = _actorOf(_actingKey());
    }

    /// @dev As `_actingParty`, for rules that ask for a role.
    function _actingPartyWith(uint32 role) internal view returns (PartyId party) {
        uint32 roles;
        (party, roles) = _actorOf(_actingKey());
        if (roles & role == 0) revert IParties.RoleMissing(party, role);
    }

    function _actorOf(address key) internal view virtual returns (PartyId party, uint32 roles);
}
