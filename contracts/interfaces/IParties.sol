// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {PartyId} from "../types/Ids.sol";
import {PartyState} from "../types/States.sol";

/// @title Parties and their keys
/// @notice A party is a legal entity, known on chain by a small number, its keys, its roles and the hash of its
/// onboarding file. Names stay off chain. A key belongs to one party for ever: a removed key cannot be given to
/// another, so an old signature never changes its meaning.
interface IParties {
    event PartyRegistered(PartyId indexed party, uint32 roles, bytes32 onboardingHash);
    event PartyRolesSet(PartyId indexed party, uint32 roles);
    event PartyStateSet(PartyId indexed party, PartyState state);
    event KeyAdded(PartyId indexed party, address indexed key);
    event KeyRemoved(PartyId indexed party, address indexed key);
    /// @dev `debtor` zero: acceptance of every assignment; otherwise of assignments of that debtor's notes.
    event StandingAcceptanceSet(PartyId indexed party, PartyId indexed debtor, bool given);

    error NotAParty(address key);
    error PartyUnknown(PartyId party);
    error PartySuspended(PartyId party);
    error RoleMissing(PartyId party, uint32 role);
    error KeyInUse(address key, PartyId party);
    error KeyUnknown(PartyId party, address key);
    error TooManyKeys(PartyId party, uint256 maximum);
    error OnboardingHashMissing();

    /// @notice Adds a legal entity after its onboarding.
    /// @dev Requirements: caller holds the registrar role; `onboardingHash` is not zero; each key is new.
    function registerParty(uint32 roles, bytes32 onboardingHash, address[] calldata keys)
        external
        returns (PartyId party);

    /// @dev Requirements: caller holds the registrar role; the party exists.
    function setPartyRoles(PartyId party, uint32 roles) external;

    /// @notice Suspends or reactivates a party. What a suspended party holds stays its own and is paid out.
    /// @dev Requirements: caller holds the registrar role; the party exists; `state` is not None.
    function setPartyState(PartyId party, PartyState state) external;

    /// @dev Requirements: caller holds the keys role (registrar, key desk, council); the key never belonged to anybody, or
    /// to this party.
    function addKey(PartyId party, address key) external;

    /// @dev Requirements: caller holds the keys role (registrar, key desk, council); the key is in use by this party.
    function removeKey(PartyId party, address key) external;

    /// @notice Accepts in advance assignments of all notes (`debtor` zero) or of one debtor's notes.
    /// @dev Requirements: caller is an active party; `debtor` is zero or exists.
    function setStandingAcceptance(PartyId debtor, bool given) external;

    /// @notice The active party that a key acts for.
    /// @dev Reverts with NotAParty for unknown and removed keys, with PartySuspended for suspended parties.
    function actorOf(address key) external view returns (PartyId party, uint32 roles);

    function partyOf(PartyId party) external view returns (PartyState state, uint32 roles, address[] memory keys);

    function isActive(PartyId party) external view returns (bool);

    function partyCount() external view returns (uint24);

    /// @notice Whether an assignment of this debtor's note reaches the assignee without a further signature.
    function acceptsInAdvance(PartyId assignee, PartyId debtor) external view returns (bool);
}
