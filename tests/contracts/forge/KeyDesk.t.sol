// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInstructions} from "../../../contracts/interfaces/IInstructions.sol";
import {IKeyDesk} from "../../../contracts/interfaces/IKeyDesk.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {NoteId, PartyId} from "../../../contracts/types/Ids.sol";
import {NoteState, PartyState} from "../../../contracts/types/States.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Parties that change their own keys. Branches: KeyDesk.tree.
contract KeyDeskTest is InstructionFixture {
    uint256 private constant NEW_SECRET = 0x4e3;
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    bytes32 private constant ROTATION =
        keccak256("KeyRotation(uint24 party,address added,address removed,uint40 deadline)");
    bytes32 private constant ADDITION = keccak256("KeyAddition(uint24 party,address added,uint40 deadline)");
    bytes32 private constant ROTATE_TYPE =
        keccak256("RotateKey(address added,uint40 proofDeadline,bytes proof,uint256 nonce,uint40 deadline)");

    address private immutable NEW = vm.addr(NEW_SECRET);
    address private old;

    function setUp() public override {
        super.setUp();
        old = keyOf[debtor];
    }

    // ------------------------------------------------------------------------------------------------------ rotateKey

    function test_rotateKey_putsTheNewInThePlaceOfTheOld() public {
        vm.expectEmit(address(ledger));
        emit IParties.KeyRemoved(debtor, old);
        vm.expectEmit(address(ledger));
        emit IParties.KeyAdded(debtor, NEW);
        vm.expectEmit(address(keyDesk));
        emit IKeyDesk.KeyRotated(debtor, old, NEW);
        _rotate(old, NEW_SECRET);
        _acts(NEW, debtor);
        _actsNot(old);
        _acts(vm.addr(DEBTOR_SECRET), debtor);
    }

    function test_rotateKey_withAsManyKeysAsThereMayBe() public {
        for (uint256 i = 2; i < 16; ++i) {
            _giveKey(debtor, address(uint160(0x1000 + i)));
        }
        _rotate(old, NEW_SECRET);
        _acts(NEW, debtor);
        _actsNot(old);
    }

    function test_rotateKey_ofTheOnlyKey() public {
        _rotate(keyOf[second], NEW_SECRET);
        _acts(NEW, second);
        (,, address[] memory keys) = ledger.partyOf(second);
        vm.assertEq(keys.length, 1, "keys");
    }

    function test_rotateKey_byInstruction() public {
        old = vm.addr(DEBTOR_SECRET);
        _route(ROTATE_TYPE, address(keyDesk), keyDesk.rotateKey.selector, hex"0280");
        bytes memory proof = _rotationProof(NEW_SECRET, debtor, old, DEADLINE);
        NoteId note = _proposed(900);
        IInstructions.Instruction[] memory batch = new IInstructions.Instruction[](3);
        batch[0] = _instruction(
            DEBTOR_SECRET, ROTATE_TYPE, abi.encode(NEW, DEADLINE, proof), abi.encode(NEW, DEADLINE, keccak256(proof)), 1
        );
        batch[1] = _toConfirm(note, 900, 2);
        batch[2] = _ofWords(NEW_SECRET, CONFIRM_TYPE, abi.encode(note, 900), 2);
        _expectExecuted(batch[0]);
        _expectRefused(batch[1], _notAParty(old));
        _expectExecuted(batch[2]);
        instructions.executeBatch(batch);
        _acts(NEW, debtor);
        _actsNot(old);
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Live), "confirmed by the new key");
    }

    function test_rotateKey_backToAKeyThatThePartyHad() public {
        uint256 secret = DEBTOR_SECRET;
        _rotate(vm.addr(secret), NEW_SECRET);
        _rotate(NEW, secret);
        _acts(vm.addr(secret), debtor);
        _actsNot(NEW);
    }

    function test_rotateKey_refusesWhoIsNoActiveParty() public {
        bytes memory callData = _rotating(NEW, _rotationProof(NEW_SECRET, debtor, STRANGER, DEADLINE));
        _refused(STRANGER, address(keyDesk), callData, _notAParty(STRANGER));
        _refused(STRANGER, address(keyDesk), _behind(callData, old), _notAParty(STRANGER));
        callData = _rotating(NEW, _rotationProof(NEW_SECRET, debtor, old, DEADLINE));
        vm.prank(REGISTRAR);
        ledger.setPartyState(debtor, PartyState.Suspended);
        bytes memory suspended = abi.encodeWithSelector(IParties.PartySuspended.selector, debtor);
        _refused(old, address(keyDesk), callData, suspended);
    }

    function test_rotateKey_refusesALateProof() public {
        bytes memory callData = _rotating(NEW, _rotationProof(NEW_SECRET, debtor, old, DEADLINE));
        vm.warp(DEADLINE + 1);
        bytes memory late = abi.encodeWithSelector(IKeyDesk.KeyProofExpired.selector, DEADLINE, DEADLINE + 1);
        _refused(old, address(keyDesk), callData, late);
        vm.warp(DEADLINE);
        _rotate(old, NEW_SECRET);
    }

    function test_rotateKey_refusesEveryOtherProof() public {
        _unproven(_rotationProof(NEW_SECRET, supplier, old, DEADLINE), "of another party");
        _unproven(_rotationProof(NEW_SECRET, debtor, vm.addr(DEBTOR_SECRET), DEADLINE), "for another key");
        _unproven(_rotationProof(NEW_SECRET, debtor, old, DEADLINE + 1), "of another deadline");
        _unproven(_rotationProof(DEBTOR_SECRET, debtor, old, DEADLINE), "by the party instead of the key");
        _unproven(_additionProof(NEW_SECRET, debtor, DEADLINE), "for an addition");
        bytes32 structHash = keccak256(abi.encode(ROTATION, debtor, NEW, old, DEADLINE));
        _unproven(_signatureOf(NEW_SECRET, _digest(structHash)), "for another contract");
        bytes32 elsewhere = _digestIn(_domainOf(block.chainid + 1, address(keyDesk)), structHash);
        _unproven(_signatureOf(NEW_SECRET, elsewhere), "for another chain");
        bytes32 here = _digestIn(_domainOf(block.chainid, address(keyDesk)), structHash);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(NEW_SECRET, here);
        _unproven(abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27)), "mirrored");
        _unproven("", "none");
        bytes memory nobodys = _rotating(address(0), new bytes(65));
        _refused(old, address(keyDesk), nobodys, abi.encodeWithSelector(IKeyDesk.KeyProofNotKeys.selector, address(0)));
        _acts(old, debtor);
    }

    function test_rotateKey_refusesAUsedKeyAndKeepsTheOldOne() public {
        address suppliers = vm.addr(SUPPLIER_SECRET);
        bytes memory used = abi.encodeWithSelector(IParties.KeyInUse.selector, suppliers, supplier);
        bytes memory callData = _rotating(suppliers, _rotationProof(SUPPLIER_SECRET, debtor, old, DEADLINE));
        _refused(old, address(keyDesk), callData, used, "another party's");
        vm.prank(REGISTRAR);
        ledger.removeKey(supplier, suppliers);
        _refused(old, address(keyDesk), callData, used, "once another party's");
        address own = vm.addr(DEBTOR_SECRET);
        used = abi.encodeWithSelector(IParties.KeyInUse.selector, own, debtor);
        callData = _rotating(own, _rotationProof(DEBTOR_SECRET, debtor, old, DEADLINE));
        _refused(old, address(keyDesk), callData, used, "in use by the party itself");
        _acts(old, debtor);
    }

    // ------------------------------------------------------------------------------------------------------ addOwnKey

    function test_addOwnKey_letsBothAct() public {
        vm.expectEmit(address(keyDesk));
        emit IKeyDesk.OwnKeyAdded(debtor, old, NEW);
        vm.prank(old);
        keyDesk.addOwnKey(NEW, DEADLINE, _additionProof(NEW_SECRET, debtor, DEADLINE));
        _acts(NEW, debtor);
        _acts(old, debtor);
    }

    function test_addOwnKey_refusals() public {
        bytes memory proof = _additionProof(NEW_SECRET, debtor, DEADLINE);
        bytes memory callData = abi.encodeCall(keyDesk.addOwnKey, (NEW, DEADLINE, proof));
        bytes memory unproven = abi.encodeWithSelector(IKeyDesk.KeyProofNotKeys.selector, NEW);
        _refused(STRANGER, address(keyDesk), callData, _notAParty(STRANGER), "no party");
        _refused(keyOf[supplier], address(keyDesk), callData, unproven, "proof for another party");
        bytes memory rotation = _rotationProof(NEW_SECRET, debtor, old, DEADLINE);
        bytes memory other = abi.encodeCall(keyDesk.addOwnKey, (NEW, DEADLINE, rotation));
        _refused(old, address(keyDesk), other, unproven, "proof for a rotation");
        vm.warp(DEADLINE + 1);
        bytes memory late = abi.encodeWithSelector(IKeyDesk.KeyProofExpired.selector, DEADLINE, DEADLINE + 1);
        _refused(old, address(keyDesk), callData, late, "late");
        vm.warp(START);
        for (uint256 i = 2; i < 16; ++i) {
            _giveKey(debtor, address(uint160(0x1000 + i)));
        }
        bytes memory full = abi.encodeWithSelector(IParties.TooManyKeys.selector, debtor, 16);
        _refused(old, address(keyDesk), callData, full, "a seventeenth");
    }

    // --------------------------------------------------------------------------------------------------- removeOwnKey

    function test_removeOwnKey_takesTheNamedOne() public {
        address other = vm.addr(DEBTOR_SECRET);
        vm.expectEmit(address(keyDesk));
        emit IKeyDesk.OwnKeyRemoved(debtor, old, other);
        vm.prank(old);
        keyDesk.removeOwnKey(other);
        _actsNot(other);
        _acts(old, debtor);
        _giveKey(debtor, other);
        vm.prank(old);
        keyDesk.removeOwnKey(old);
        _actsNot(old);
        _acts(other, debtor);
    }

    function test_removeOwnKey_refusals() public {
        bytes memory last = abi.encodeWithSelector(IKeyDesk.LastKey.selector, second, keyOf[second]);
        bytes memory callData = abi.encodeCall(keyDesk.removeOwnKey, (keyOf[second]));
        _refused(keyOf[second], address(keyDesk), callData, last, "the last one");
        _refused(STRANGER, address(keyDesk), callData, _notAParty(STRANGER), "no party");
        bytes memory unknown = abi.encodeWithSelector(IParties.KeyUnknown.selector, debtor, keyOf[second]);
        _refused(old, address(keyDesk), callData, unknown, "another party's");
        callData = abi.encodeCall(keyDesk.removeOwnKey, (NEW));
        unknown = abi.encodeWithSelector(IParties.KeyUnknown.selector, second, NEW);
        _refused(keyOf[second], address(keyDesk), callData, unknown, "nobody's, by a party with one key");
        _acts(keyOf[second], second);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _rotate(address from, uint256 secret) private {
        (PartyId party,) = ledger.actorOf(from);
        bytes memory proof = _rotationProof(secret, party, from, DEADLINE);
        vm.prank(from);
        keyDesk.rotateKey(vm.addr(secret), DEADLINE, proof);
    }

    function _rotating(address added, bytes memory proof) private view returns (bytes memory) {
        return abi.encodeCall(keyDesk.rotateKey, (added, DEADLINE, proof));
    }

    function _rotationProof(uint256 secret, PartyId party, address removed, uint40 deadline)
        private
        view
        returns (bytes memory)
    {
        bytes32 structHash = keccak256(abi.encode(ROTATION, party, vm.addr(secret), removed, deadline));
        return _signatureOf(secret, _digestIn(_domainOf(block.chainid, address(keyDesk)), structHash));
    }

    function _additionProof(uint256 secret, PartyId party, uint40 deadline) private view returns (bytes memory) {
        bytes32 structHash = keccak256(abi.encode(ADDITION, party, vm.addr(secret), deadline));
        return _signatureOf(secret, _digestIn(_domainOf(block.chainid, address(keyDesk)), structHash));
    }

    function _unproven(bytes memory proof, string memory why) private {
        bytes memory expected = abi.encodeWithSelector(IKeyDesk.KeyProofNotKeys.selector, NEW);
        _refused(old, address(keyDesk), _rotating(NEW, proof), expected, why);
    }

    function _acts(address key, PartyId party) private view {
        (PartyId actor,) = ledger.actorOf(key);
        vm.assertTrue(actor == party, "acts");
    }

    function _actsNot(address key) private {
        _refused(STRANGER, address(ledger), abi.encodeCall(ledger.actorOf, (key)), _notAParty(key));
    }
}
