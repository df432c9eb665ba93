// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {PartyId} from "../types/Ids.sol";

/// @title Where a party changes its own keys
/// @notice A key that comes in proves that somebody holds it: it signs an EIP-712 message (domain name "Counterfoil",
/// version "1", the chain's id, this contract), so that a mistyped address cannot lock a party out. Whoever lost every
/// key turns to the registrar or to the council.
interface IKeyDesk {
    /// @dev The desk's own record of who asked; the ledger's KeyAdded and KeyRemoved say what changed.
    event KeyRotated(PartyId indexed party, address indexed removed, address indexed added);
    event OwnKeyAdded(PartyId indexed party, address indexed by, address indexed added);
    event OwnKeyRemoved(PartyId indexed party, address indexed by, address indexed removed);

    error KeyProofExpired(uint40 deadline, uint256 nowS);
    error KeyProofNotKeys(address added);
    error LastKey(PartyId party, address key);

    /// @notice Puts a new key in the place of the acting one, which can do nothing afterwards.
    /// @param proofDeadline last second in which the proof counts.
    /// @param proof signature of `added` over `KeyRotation(uint24 party,address added,address removed,uint40 deadline)`.
    /// @dev Requirements: caller is an active party; the deadline has not passed; `added` signed exactly this; the key
    /// never belonged to another party and is not in use (Parties: KeyInUse).
    function rotateKey(address added, uint40 proofDeadline, bytes calldata proof) external;

    /// @notice Adds a key beside those that the party has.
    /// @param proofDeadline last second in which the proof counts.
    /// @param proof signature of `added` over `KeyAddition(uint24 party,address added,uint40 deadline)`.
    /// @dev Requirements: as `rotateKey`; the party has fewer than the most keys it may have (Parties: TooManyKeys).
    function addOwnKey(address added, uint40 proofDeadline, bytes calldata proof) external;

    /// @notice Takes one of the party's keys away, the acting one or another.
    /// @dev Requirements: caller is an active party; the key is the party's (Parties: KeyUnknown) and not its last.
    function removeOwnKey(address removed) external;
}
