// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {IKeyDesk} from "./interfaces/IKeyDesk.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {PartyId} from "./types/Ids.sol";

/// @title Key desk
/// @dev Holds the keys role at the ledger and uses it for the acting party alone.
contract KeyDesk is LedgerClient, EIP712, IKeyDesk {
    bytes32 private constant ROTATION_TYPE =
        keccak256("KeyRotation(uint24 party,address added,address removed,uint40 deadline)");
    bytes32 private constant ADDITION_TYPE = keccak256("KeyAddition(uint24 party,address added,uint40 deadline)");

    constructor(ILedger ledger) LedgerClient(ledger) EIP712("Counterfoil", "1") {}

    /// @inheritdoc IKeyDesk
    function rotateKey(address added, uint40 proofDeadline, bytes calldata proof) external {
        PartyId party = _actingParty();
        address removed = _actingKey();
        bytes32 rotation = keccak256(abi.encode(ROTATION_TYPE, party, added, removed, proofDeadline));
        _requireProof(added, proofDeadline, rotation, proof);
        // The old key goes first: a party with as many keys as it may have can rotate too.
        LEDGER.removeKey(party, removed);
        LEDGER.addKey(party, added);
        emit KeyRotated(party, removed, added);
    }

    /// @inheritdoc IKeyDesk
    function addOwnKey(address added, uint40 proofDeadline, bytes calldata proof) external {
        PartyId party = _actingParty();
        bytes32 addition = keccak256(abi.encode(ADDITION_TYPE, party, added, proofDeadline));
        _requireProof(added, proofDeadline, addition, proof);
        LEDGER.addKey(party, added);
        emit OwnKeyAdded(party, _actingKey(), added);
    }

    /// @inheritdoc IKeyDesk
    function removeOwnKey(address removed) external {
        PartyId party = _actingParty();
        (,, address[] memory keys) = LEDGER.partyOf(party);
        if (keys.length == 1 && keys[0] == removed) revert LastKey(party, removed);
        LEDGER.removeKey(party, removed);
        emit OwnKeyRemoved(party, _actingKey(), removed);
    }

    function _requireProof(address added, uint40 deadline, bytes32 structHash, bytes calldata proof) private view {
        if (block.timestamp > deadline) revert KeyProofExpired(deadline, block.timestamp);
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(_hashTypedDataV4(structHash), proof);
        if (failure != ECDSA.RecoverError.NoError || signer != added) revert KeyProofNotKeys(added);
    }
}
