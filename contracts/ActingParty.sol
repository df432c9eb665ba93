// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {PartyId} from "./types/Ids.sol";
import {IParties} from "./interfaces/IParties.sol";

/// @title Who acts
/// @notice The one place where a call becomes a party. Rules ask `_actingParty` and nothing else, so instructions that
/// a party signed and somebody else relays need only another `_msgSender` (OpenZeppelin Context) here.
abstract contract ActingParty is Context {
    function _actingParty() internal view returns (PartyId party) {
        (party,) = _actorOf(_msgSender());
    }

    /// @dev As `_actingParty`, for rules that ask for a role.
    function _actingPartyWith(uint32 role) internal view returns (PartyId party) {
        uint32 roles;
        (party, roles) = _actorOf(_msgSender());
        if (roles & role == 0) revert IParties.RoleMissing(party, role);
    }

    function _actorOf(address key) internal view virtual returns (PartyId party, uint32 roles);
}
