// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IInstructions} from "./interfaces/IInstructions.sol";
import {TypedArguments} from "./types/TypedArguments.sol";

/// @title Instructions
/// @dev Has no right of its own anywhere: whatever it calls looks at the key behind the calldata. A target could call
/// back only through the council, which calls anything; the guard keeps one instruction's logs from lying within
/// another's.
contract Instructions is AccessManaged, ReentrancyGuardTransient, EIP712, IInstructions {
    struct Meaning {
        address target;
        bytes4 selector;
        bytes shape;
    }

    bytes32 private constant REVOCATION_TYPE = keccak256("RevokeNonce(uint256 nonce,uint40 deadline)");
    /// @dev What the call itself costs before its gas is handed over: a cold account, and room.
    uint256 private constant CALL_RESERVE = 5000;

    mapping(bytes32 typeHash => Meaning meaning) private _meanings;
    mapping(address key => mapping(uint256 word => uint256 bits)) private _spent;

    constructor(address authority) AccessManaged(authority) EIP712("Counterfoil", "1") {}

    /// @inheritdoc IInstructions
    function setRoutes(Route[] calldata routes) external restricted {
        for (uint256 i = 0; i < routes.length; ++i) {
            Route calldata route = routes[i];
            bytes32 typeHash = route.typeHash;
            if (_meanings[typeHash].target != address(0)) revert RouteKnown(typeHash);
            if (route.target == address(this) || route.target.code.length == 0) revert RouteForbidden(route.target);
            if (!TypedArguments.isShape(route.shape)) revert RouteMalformed(typeHash);
            _meanings[typeHash] = Meaning(route.target, route.selector, route.shape);
            emit RouteSet(typeHash, route.target, route.selector, route.shape);
        }
    }

    /// @inheritdoc IInstructions
    function execute(Instruction calldata instruction) external nonReentrant returns (bytes memory answer) {
        (address target, bytes memory callData, bytes memory refusal) = _prepare(instruction);
        if (refusal.length != 0) _revertWith(refusal);
        answer = Address.functionCall(target, callData);
        emit InstructionExecuted(instruction.key, instruction.nonce, instruction.typeHash);
    }

    /// @inheritdoc IInstructions
    function executeBatch(Instruction[] calldata instructions) external nonReentrant {
        for (uint256 i = 0; i < instructions.length; ++i) {
            // Nothing of an item is needed for the next one, and long memory is dear.
            uint256 free;
            assembly ("memory-safe") {
                free := mload(0x40)
            }
            _executeOne(instructions[i], i);
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
    }

    /// @inheritdoc IInstructions
    function revokeNonce(uint256 nonce) external {
        _revoke(msg.sender, nonce);
    }

    /// @inheritdoc IInstructions
    function revokeNonceFor(address key, uint256 nonce, uint40 deadline, bytes calldata signature) external {
        if (block.timestamp > deadline) revert InstructionExpired(deadline, block.timestamp);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(REVOCATION_TYPE, nonce, deadline)));
        if (!_isSigned(key, digest, signature)) revert SignatureNotKeys(key);
        _revoke(key, nonce);
    }

    /// @inheritdoc IInstructions
    function isSpent(address key, uint256 nonce) public view returns (bool) {
        return (_spent[key][nonce >> 8] >> (nonce & 0xff)) & 1 != 0;
    }

    /// @inheritdoc IInstructions
    function digestOf(Instruction calldata instruction) external view returns (bytes32) {
        Meaning storage meaning = _meanings[instruction.typeHash];
        if (meaning.target == address(0)) revert RouteUnknown(instruction.typeHash);
        (bool sound, bytes32 digest) = _digest(instruction, meaning);
        if (!sound) revert ArgumentsMalformed(instruction.typeHash);
        return digest;
    }

    /// @inheritdoc IInstructions
    function routeOf(bytes32 typeHash) external view returns (address target, bytes4 selector, bytes memory shape) {
        Meaning storage meaning = _meanings[typeHash];
        return (meaning.target, meaning.selector, meaning.shape);
    }

    function _executeOne(Instruction calldata instruction, uint256 index) private {
        (address target, bytes memory callData, bytes memory refusal) = _prepare(instruction);
        bool done;
        if (refusal.length == 0) {
            uint256 limit = instruction.gasLimit;
            uint256 before = gasleft();
            // A call gets 63/64 of what there is at most, and less than asked without a word.
            if (before - before / 64 < limit + CALL_RESERVE) revert InstructionStarved(index, limit);
            // What fails here must not undo the batch, so the answer is looked at and nothing is lost with it.
            // solhint-disable-next-line avoid-low-level-calls
            (done, refusal) = target.call{gas: limit}(callData);
            // Whatever runs out of gas, at any depth, leaves next to nothing.
            if (!done && before - gasleft() > limit - limit / 8) revert InstructionStarved(index, limit);
        }
        if (done) emit InstructionExecuted(instruction.key, instruction.nonce, instruction.typeHash);
        else emit InstructionRefused(instruction.key, instruction.nonce, instruction.typeHash, refusal);
    }

    /// @dev Spends the nonce of a sound instruction and says what to call; of any other, why not.
    function _prepare(Instruction calldata instruction)
        private
        returns (address target, bytes memory callData, bytes memory refusal)
    {
        Meaning storage meaning = _meanings[instruction.typeHash];
        target = meaning.target;
        refusal = _refusalOf(instruction, meaning, target);
        if (refusal.length != 0) return (target, callData, refusal);
        _spend(instruction.key, instruction.nonce);
        callData = abi.encodePacked(meaning.selector, instruction.args, instruction.key);
    }

    /// @dev Empty: none. The signature comes last, because looking at it costs most.
    function _refusalOf(Instruction calldata instruction, Meaning storage meaning, address target)
        private
        view
        returns (bytes memory)
    {
        bytes32 typeHash = instruction.typeHash;
        address key = instruction.key;
        if (target == address(0)) return abi.encodeWithSelector(RouteUnknown.selector, typeHash);
        if (block.timestamp > instruction.deadline) {
            return abi.encodeWithSelector(InstructionExpired.selector, instruction.deadline, block.timestamp);
        }
        if (isSpent(key, instruction.nonce)) {
            return abi.encodeWithSelector(NonceSpent.selector, key, instruction.nonce);
        }
        (bool sound, bytes32 digest) = _digest(instruction, meaning);
        if (!sound) return abi.encodeWithSelector(ArgumentsMalformed.selector, typeHash);
        if (!_isSigned(key, digest, instruction.signature)) {
            return abi.encodeWithSelector(SignatureNotKeys.selector, key);
        }
        return "";
    }

    function _digest(Instruction calldata instruction, Meaning storage meaning)
        private
        view
        returns (bool sound, bytes32 digest)
    {
        bytes32 structHash;
        (sound, structHash) = TypedArguments.hash(
            instruction.typeHash, meaning.shape, instruction.args, instruction.nonce, instruction.deadline
        );
        digest = _hashTypedDataV4(structHash);
    }

    /// @dev OpenZeppelin's ECDSA takes no signature of another length and no s in the upper half, so that there is one
    /// signature for a key's word; nobody signs for address zero.
    function _isSigned(address key, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && signer == key;
    }

    function _revoke(address key, uint256 nonce) private {
        if (isSpent(key, nonce)) revert NonceSpent(key, nonce);
        _spend(key, nonce);
        emit NonceRevoked(key, nonce);
    }

    function _spend(address key, uint256 nonce) private {
        _spent[key][nonce >> 8] |= 1 << (nonce & 0xff);
    }

    function _revertWith(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
