// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ActingParty} from "./ActingParty.sol";
import {Administered} from "./Administered.sol";
import {IParties} from "./interfaces/IParties.sol";
import {NOBODY, PartyId} from "./types/Ids.sol";
import {PartyState} from "./types/States.sol";

/// @title Parties and their keys
/// @dev A key's word repeats party, roles and whether it may act, so that a move reads one word to know its actor.
/// Changes to a party rewrite the words of its few keys. Acceptances are bitmaps over party numbers: a batch split
/// to a hundred suppliers reads one word instead of a hundred.
abstract contract Parties is Administered, ActingParty, IParties {
    struct Party {
        PartyState state;
        bool acceptsAll;
        uint32 roles;
        address[] keys;
    }

    struct Key {
        PartyId party;
        uint32 roles;
        bool inUse;
        bool suspended;
    }

    uint256 private constant MAX_KEYS = 16;

    uint24 private _partyCount;
    mapping(PartyId party => Party record) private _parties;
    mapping(address key => Key record) private _keys;
    /// @dev Bit set: active and accepts every assignment in advance.
    mapping(uint256 word => uint256 bits) private _openToAll;
    mapping(uint256 word => uint256 bits) private _activeParties;
    mapping(PartyId debtor => mapping(uint256 word => uint256 bits)) private _openToDebtor;

    /// @inheritdoc IParties
    function registerParty(uint32 roles, bytes32 onboardingHash, address[] calldata keys)
        external
        restricted
        returns (PartyId party)
    {
        if (onboardingHash == 0) revert OnboardingHashMissing();
        party = PartyId.wrap(++_partyCount);
        Party storage record = _parties[party];
        record.state = PartyState.Active;
        record.roles = roles;
        _setBit(_activeParties, party, true);
        emit PartyRegistered(party, roles, onboardingHash);
        for (uint256 i = 0; i < keys.length; ++i) {
            _addKey(party, keys[i]);
        }
    }

    /// @inheritdoc IParties
    function setPartyRoles(PartyId party, uint32 roles) external restricted {
        Party storage record = _existing(party);
        record.roles = roles;
        for (uint256 i = 0; i < record.keys.length; ++i) {
            _keys[record.keys[i]].roles = roles;
        }
        emit PartyRolesSet(party, roles);
    }

    /// @inheritdoc IParties
    function setPartyState(PartyId party, PartyState state) external restricted {
        Party storage record = _existing(party);
        if (state == PartyState.None) revert PartyUnknown(party);
        bool active = state == PartyState.Active;
        record.state = state;
        for (uint256 i = 0; i < record.keys.length; ++i) {
            _keys[record.keys[i]].suspended = !active;
        }
        _setBit(_activeParties, party, active);
        _setBit(_openToAll, party, active && record.acceptsAll);
        emit PartyStateSet(party, state);
    }

    /// @inheritdoc IParties
    function addKey(PartyId party, address key) external restricted {
        _existing(party);
        _addKey(party, key);
    }

    /// @inheritdoc IParties
    function removeKey(PartyId party, address key) external restricted {
        address[] storage keys = _existing(party).keys;
        Key storage record = _keys[key];
        if (record.party != party || !record.inUse) revert KeyUnknown(party, key);
        record.inUse = false;
        uint256 last = keys.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (keys[i] == key) {
                keys[i] = keys[last];
                break;
            }
        }
        keys.pop();
        emit KeyRemoved(party, key);
    }

    /// @inheritdoc IParties
    function setStandingAcceptance(PartyId debtor, bool given) external {
        PartyId party = _actingParty();
        if (debtor == NOBODY) {
            _parties[party].acceptsAll = given;
            _setBit(_openToAll, party, given);
        } else {
            _existing(debtor);
            _setBit(_openToDebtor[debtor], party, given);
        }
        emit StandingAcceptanceSet(party, debtor, given);
    }

    /// @inheritdoc IParties
    function actorOf(address key) external view returns (PartyId party, uint32 roles) {
        return _actorOf(key);
    }

    /// @inheritdoc IParties
    function partyOf(PartyId party) external view returns (PartyState state, uint32 roles, address[] memory keys) {
        Party storage record = _existing(party);
        return (record.state, record.roles, record.keys);
    }

    /// @inheritdoc IParties
    function isActive(PartyId party) external view returns (bool) {
        return _bit(_activeParties[PartyId.unwrap(party) >> 8], party);
    }

    /// @inheritdoc IParties
    function partyCount() external view returns (uint24) {
        return _partyCount;
    }

    /// @inheritdoc IParties
    function acceptsInAdvance(PartyId assignee, PartyId debtor) external view returns (bool) {
        return _openTo(assignee, debtor);
    }

    function _actorOf(address key) internal view override returns (PartyId party, uint32 roles) {
        Key memory record = _keys[key];
        if (!record.inUse) revert NotAParty(key);
        if (record.suspended) revert PartySuspended(record.party);
        return (record.party, record.roles);
    }

    function _openTo(PartyId assignee, PartyId debtor) internal view returns (bool) {
        return _bit(_openBits(PartyId.unwrap(assignee) >> 8), assignee) || _openToDebtorOnly(assignee, debtor);
    }

    /// @dev Who of 256 neighbours accepts everything in advance; a batch split reads it once for all of them.
    function _openBits(uint256 word) internal view returns (uint256) {
        return _openToAll[word];
    }

    function _openToDebtorOnly(PartyId assignee, PartyId debtor) internal view returns (bool) {
        uint256 word = PartyId.unwrap(assignee) >> 8;
        return _bit(_openToDebtor[debtor][word], assignee) && _bit(_activeParties[word], assignee);
    }

    function _bit(uint256 bits, PartyId party) internal pure returns (bool) {
        return (bits >> (PartyId.unwrap(party) & 0xff)) & 1 != 0;
    }

    function _requireParty(PartyId party) internal view returns (uint32 roles) {
        return _existing(party).roles;
    }

    /// @dev Cheaper than `_requireParty`: numbers are given without gaps.
    function _partyExists(PartyId party) internal view returns (bool) {
        return party != NOBODY && PartyId.unwrap(party) <= _partyCount;
    }

    function _existing(PartyId party) private view returns (Party storage record) {
        record = _parties[party];
        if (record.state == PartyState.None) revert PartyUnknown(party);
    }

    function _addKey(PartyId party, address key) private {
        Party storage owner = _parties[party];
        Key storage record = _keys[key];
        bool returning = record.party == party && !record.inUse;
        if (key == address(0) || (record.party != NOBODY && !returning)) revert KeyInUse(key, record.party);
        if (owner.keys.length == MAX_KEYS) revert TooManyKeys(party, MAX_KEYS);
        owner.keys.push(key);
        _keys[key] =
            Key({party: party, roles: owner.roles, inUse: true, suspended: owner.state == PartyState.Suspended});
        emit KeyAdded(party, key);
    }

    function _setBit(mapping(uint256 => uint256) storage bitmap, PartyId party, bool value) private {
        uint256 index = PartyId.unwrap(party) >> 8;
        uint256 bit = 1 << (PartyId.unwrap(party) & 0xff);
        if (value) bitmap[index] |= bit;
        else bitmap[index] &= ~bit;
    }
}
