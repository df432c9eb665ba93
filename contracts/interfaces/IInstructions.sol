// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Instructions: calls that a key signed and anybody may relay
/// @notice An instruction is an EIP-712 message (domain name "Counterfoil", version "1", the chain's id, this contract)
/// with readable fields: the parameters of one function, then `uint256 nonce, uint40 deadline`. Its type hash decides
/// target, function and how arguments are hashed, once and for ever, so that a signature can mean one function only.
/// The function is called with the signing key behind the calldata (20 bytes); our contracts take that key for the
/// caller. Rights are looked up when it is carried out: a key that was removed meanwhile can do nothing.
///
/// # Arguments
/// `args` are the function's arguments in standard ABI encoding, without selector: every dynamic part directly behind
/// the one before it, in the order of its offset, padded with zeros, nothing after it. Every other form of the same
/// values is refused (ArgumentsMalformed), so that one signature stands for one calldata.
///
/// # Shape
/// Says how `args` become EIP-712's encodeData. A shape is a sequence of items, one after the other, for the
/// parameters in their order:
///
///     01..7f            that many words: parameters or fields of one word each (uint, int, address, bool, bytes32, enum)
///     80                bytes or string: keccak256 of its content
///     81 ITEM           dynamic array of ITEM: keccak256 of its elements' encodings, joined. ITEM is exactly one item:
///                       01, 80, 82, 83 or 81 again
///     82 HASH LENGTH FIELDS   struct of static type: HASH is its type hash (32 bytes), FIELDS the shape of its fields,
///                       LENGTH that shape's length in bytes (1 byte)
///     83 HASH LENGTH FIELDS   the same for a struct of dynamic type: one with an 80, 81 or 83 anywhere among FIELDS
///
/// Runs of words are as long as they can be: two runs never stand beside each other. Arrays of fixed length are not
/// covered; no function has them. Examples:
///
///     confirm(uint64,uint48)                    02
///     assign(uint128,uint24,bytes32)            03
///     pledge((uint256,uint24,uint48,uint40,bytes32,bytes32))      82 HASH(Pledge) 01 06
///     split(uint128,(uint48,uint24)[],bytes32)  01 81 82 HASH(Child) 01 02 01
///     releasePart(uint256,bytes,bytes32)        01 80 01
///     merge(uint64,(uint64,bytes32[])[],bytes32,(uint40,bytes))
///                                               01 81 83 HASH(Source) 03 018101 01 83 HASH(Seal) 02 0180
interface IInstructions {
    /// @notice What a type hash stands for.
    struct Route {
        bytes32 typeHash;
        address target;
        bytes4 selector;
        bytes shape;
    }

    /// @param typeHash EIP-712 type hash of the message.
    /// @param args the function's arguments, see above.
    /// @param nonce any number that the key has not used yet. The first 248 bits name a word of storage: keys that count
    /// upwards pay for a new word once in 256 instructions.
    /// @param deadline last second in which it may be carried out.
    /// @param key who signed.
    /// @param gasLimit what the call may use, chosen by the relayer and not signed; `executeBatch` only.
    /// @param signature 65 bytes: r, s, v, with s in the lower half.
    struct Instruction {
        bytes32 typeHash;
        bytes args;
        uint256 nonce;
        uint40 deadline;
        address key;
        uint32 gasLimit;
        bytes signature;
    }

    event RouteSet(bytes32 indexed typeHash, address indexed target, bytes4 indexed selector, bytes shape);
    /// @dev Stands behind all logs of the instruction's call. What lies between it and the InstructionExecuted or
    /// InstructionRefused before it in the same transaction belongs to this instruction.
    event InstructionExecuted(address indexed key, uint256 nonce, bytes32 typeHash);
    /// @dev reason: the error of the target, or one of RouteUnknown, InstructionExpired, NonceSpent, ArgumentsMalformed
    /// and SignatureNotKeys below. Those five say nothing about what the key signed: anybody can send rubbish in a
    /// key's name. Only with the target's error is the nonce spent.
    event InstructionRefused(address indexed key, uint256 nonce, bytes32 typeHash, bytes reason);
    event NonceRevoked(address indexed key, uint256 nonce);

    error RouteKnown(bytes32 typeHash);
    error RouteMalformed(bytes32 typeHash);
    error RouteForbidden(address target);
    error RouteUnknown(bytes32 typeHash);
    error InstructionExpired(uint40 deadline, uint256 nowS);
    error NonceSpent(address key, uint256 nonce);
    error SignatureNotKeys(address key);
    error ArgumentsMalformed(bytes32 typeHash);
    error InstructionStarved(uint256 index, uint256 gasLimit);

    /// @notice Gives type hashes their meaning.
    /// @dev Requirements: caller holds the governor role; no type hash has a meaning yet (RouteKnown); each shape can be
    /// read (RouteMalformed); each target is a contract and not this one (RouteForbidden).
    function setRoutes(Route[] calldata routes) external;

    /// @notice Carries one instruction out, or reverts with the target's own error; then its nonce is not spent.
    /// @dev Requirements: its type hash has a route; the deadline has not passed; the key has not spent the nonce; the
    /// arguments are in standard form; the key signed it.
    /// @return answer what the function returned, ABI-encoded.
    function execute(Instruction calldata instruction) external returns (bytes memory answer);

    /// @notice Carries out one after the other and goes on where one fails. What its target refused is spent: it does not
    /// come back later.
    /// @dev Requirements: each call gets the gas that its gasLimit says, and a call that fails leaves an eighth of it;
    /// otherwise the failure may be for lack of gas, and the whole batch reverts (InstructionStarved), so that nobody can
    /// spend an instruction by relaying it with too little.
    function executeBatch(Instruction[] calldata instructions) external;

    /// @notice The caller's nonce is spent, so that what was signed with it is never carried out.
    /// @dev Requirements: the caller has not spent it. Not itself an instruction.
    function revokeNonce(uint256 nonce) external;

    /// @notice As `revokeNonce`, signed by the key as `RevokeNonce(uint256 nonce,uint40 deadline)` and sent by anybody.
    /// @dev Requirements: the deadline has not passed; the key has not spent the nonce; the key signed it.
    function revokeNonceFor(address key, uint256 nonce, uint40 deadline, bytes calldata signature) external;

    function isSpent(address key, uint256 nonce) external view returns (bool);

    /// @notice What the key signs. Reverts with RouteUnknown or ArgumentsMalformed.
    function digestOf(Instruction calldata instruction) external view returns (bytes32);

    /// @notice target zero: unknown.
    function routeOf(bytes32 typeHash) external view returns (address target, bytes4 selector, bytes memory shape);
}
