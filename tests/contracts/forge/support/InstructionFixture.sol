// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInstructions} from "../../../../contracts/interfaces/IInstructions.sol";
import {INotes} from "../../../../contracts/interfaces/INotes.sol";
import {LotId, NoteId, PartyId} from "../../../../contracts/types/Ids.sol";
import {NoteFixture} from "./NoteFixture.sol";
import {vm} from "./Vm.sol";

/// @title Keys that sign instructions
/// @notice Debtor and supplier have a second key each, whose secret is known here. Struct hashes are written out by hand:
/// what a wallet computes, not what the contract does.
abstract contract InstructionFixture is NoteFixture {
    uint256 internal constant DEBTOR_SECRET = 0xdeb7;
    uint256 internal constant SUPPLIER_SECRET = 0x5a9;
    uint40 internal constant DEADLINE = START + 2 days;
    uint32 internal constant AMPLE_GAS = 1_000_000;

    bytes32 internal constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant CONFIRM_TYPE =
        keccak256("ConfirmNote(uint64 note,uint48 faceMinor,uint256 nonce,uint40 deadline)");
    bytes32 internal constant ASSIGN_TYPE =
        keccak256("AssignLot(uint128 lot,uint24 to,bytes32 background,uint256 nonce,uint40 deadline)");
    bytes32 internal constant ACCEPT_TYPE = keccak256("AcceptLot(uint128 lot,uint256 nonce,uint40 deadline)");
    bytes32 internal constant REVOKE_TYPE = keccak256("RevokeLot(uint128 lot,uint256 nonce,uint40 deadline)");

    function setUp() public virtual override {
        super.setUp();
        _giveKey(debtor, vm.addr(DEBTOR_SECRET));
        _giveKey(supplier, vm.addr(SUPPLIER_SECRET));
        _route(CONFIRM_TYPE, address(ledger), INotes.confirm.selector, hex"02");
        _route(ASSIGN_TYPE, address(ledger), ledger.assign.selector, hex"03");
        _route(ACCEPT_TYPE, address(ledger), ledger.accept.selector, hex"01");
        _route(REVOKE_TYPE, address(ledger), ledger.revoke.selector, hex"01");
    }

    // -------------------------------------------------------------------------------------------------------- routes

    function _giveKey(PartyId party, address key) internal {
        vm.prank(REGISTRAR);
        ledger.addKey(party, key);
    }

    function _route(bytes32 typeHash, address target, bytes4 selector, bytes memory shape) internal {
        IInstructions.Route[] memory routes = new IInstructions.Route[](1);
        routes[0] = IInstructions.Route(typeHash, target, selector, shape);
        vm.prank(GOVERNOR);
        instructions.setRoutes(routes);
    }

    // ------------------------------------------------------------------------------------------------------- signing

    function _domainOf(uint256 chainId, address verifier) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, keccak256("Counterfoil"), keccak256("1"), chainId, verifier));
    }

    function _digestIn(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return _digestIn(_domainOf(block.chainid, address(instructions)), structHash);
    }

    function _signatureOf(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev fields: the encodeData of the function's parameters.
    function _instruction(uint256 secret, bytes32 typeHash, bytes memory args, bytes memory fields, uint256 nonce)
        internal
        view
        returns (IInstructions.Instruction memory instruction)
    {
        bytes32 structHash = keccak256(abi.encodePacked(typeHash, fields, nonce, uint256(DEADLINE)));
        instruction = IInstructions.Instruction({
            typeHash: typeHash,
            args: args,
            nonce: nonce,
            deadline: DEADLINE,
            key: vm.addr(secret),
            gasLimit: AMPLE_GAS,
            signature: _signatureOf(secret, _digest(structHash))
        });
    }

    /// @dev Of a function whose parameters take a word each: their encodeData is their ABI encoding.
    function _ofWords(uint256 secret, bytes32 typeHash, bytes memory args, uint256 nonce)
        internal
        view
        returns (IInstructions.Instruction memory)
    {
        return _instruction(secret, typeHash, args, args, nonce);
    }

    function _toConfirm(NoteId note, uint48 faceMinor, uint256 nonce)
        internal
        view
        returns (IInstructions.Instruction memory)
    {
        return _ofWords(DEBTOR_SECRET, CONFIRM_TYPE, abi.encode(note, faceMinor), nonce);
    }

    function _toAssign(LotId lot, PartyId to, uint256 nonce) internal view returns (IInstructions.Instruction memory) {
        return _ofWords(SUPPLIER_SECRET, ASSIGN_TYPE, abi.encode(lot, to, keccak256("background")), nonce);
    }

    // ------------------------------------------------------------------------------------------------------ outcomes

    function _one(IInstructions.Instruction memory only)
        internal
        pure
        returns (IInstructions.Instruction[] memory batch)
    {
        batch = new IInstructions.Instruction[](1);
        batch[0] = only;
    }

    function _refusedAlone(IInstructions.Instruction memory instruction, bytes memory expected, string memory why)
        internal
    {
        bytes memory callData = abi.encodeCall(instructions.execute, (instruction));
        _refused(STRANGER, address(instructions), callData, expected, why);
    }

    /// @dev Refused with this reason by `execute` and in a batch, where nothing else happens.
    function _invalid(IInstructions.Instruction memory instruction, bytes memory expected, string memory why) internal {
        bool spent = instructions.isSpent(instruction.key, instruction.nonce);
        _refusedAlone(instruction, expected, why);
        _expectRefused(instruction, expected);
        instructions.executeBatch(_one(instruction));
        vm.assertEq(instructions.isSpent(instruction.key, instruction.nonce), spent, why);
    }

    function _expectExecuted(IInstructions.Instruction memory instruction) internal {
        vm.expectEmit(address(instructions));
        emit IInstructions.InstructionExecuted(instruction.key, instruction.nonce, instruction.typeHash);
    }

    function _expectRefused(IInstructions.Instruction memory instruction, bytes memory reason) internal {
        vm.expectEmit(address(instructions));
        emit IInstructions.InstructionRefused(instruction.key, instruction.nonce, instruction.typeHash, reason);
    }

    function _notSigned(address key) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IInstructions.SignatureNotKeys.selector, key);
    }

    function _spentAlready(IInstructions.Instruction memory instruction) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IInstructions.NonceSpent.selector, instruction.key, instruction.nonce);
    }

    function _malformed(bytes32 typeHash) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IInstructions.ArgumentsMalformed.selector, typeHash);
    }
}
