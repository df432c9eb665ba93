// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInstructions} from "../../../contracts/interfaces/IInstructions.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {LotId, NoteId} from "../../../contracts/types/Ids.sol";
import {NoteState, PartyState} from "../../../contracts/types/States.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev One instruction: who signed what, and what it can be used for. Branches: Instructions.tree.
contract InstructionsTest is InstructionFixture {
    /// @dev Half of the order of the curve that keys lie on, which signatures are mirrored at.
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    // ------------------------------------------------------------------------------------------------------- execute

    function test_execute_actsForTheKeyWhoeverRelays() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        vm.assertFalse(instructions.isSpent(confirming.key, 7), "fresh nonce");
        vm.expectEmit(address(ledger));
        emit INotes.NoteConfirmed(note);
        _expectExecuted(confirming);
        vm.prank(STRANGER);
        bytes memory answer = instructions.execute(confirming);
        vm.assertEq(answer, "", "confirm answers nothing");
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Live), "state");
        vm.assertTrue(instructions.isSpent(confirming.key, 7), "spent nonce");
    }

    function test_execute_handsBackWhatTheFunctionReturned() public {
        _acceptAll(second);
        LotId lot = _root(_live(900));
        IInstructions.Instruction memory assigning = _toAssign(lot, second, 0);
        assigning.gasLimit = 0;
        vm.assertEq(instructions.execute(assigning), abi.encode(lot), "the lot that was assigned");
        vm.assertTrue(ledger.lotOf(lot).holder == second, "holder");
    }

    function test_execute_revertsWithTheTargetsErrorAndSpendsNothing() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 901, 7);
        _refusedAlone(confirming, abi.encodeWithSelector(INotes.FaceUnlike.selector, note, 900, 901), "another face");
        vm.assertFalse(instructions.isSpent(confirming.key, 7), "not spent");
    }

    function test_execute_takesNoncesInAnyOrder() public {
        uint256[6] memory nonces = [type(uint256).max, 256, 0, 255, 257, 1];
        for (uint256 i = 0; i < nonces.length; ++i) {
            NoteId note = _proposed(900);
            instructions.execute(_toConfirm(note, 900, nonces[i]));
            for (uint256 j = 0; j < nonces.length; ++j) {
                bool spent = instructions.isSpent(vm.addr(DEBTOR_SECRET), nonces[j]);
                vm.assertEq(spent, j <= i, "spent are those that were used");
            }
        }
        vm.assertFalse(instructions.isSpent(vm.addr(SUPPLIER_SECRET), 0), "each key has nonces of its own");
    }

    // --------------------------------------------------------------------------------------------------- refused ones

    function test_execute_refusesASpentNonce() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        instructions.execute(confirming);
        _invalid(confirming, _spentAlready(confirming), "the same once more");
        IInstructions.Instruction memory other = _toConfirm(_proposed(900), 900, 7);
        _invalid(other, _spentAlready(other), "another under the same nonce");
    }

    function test_execute_refusesAfterTheDeadline() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        vm.warp(DEADLINE + 1);
        _invalid(
            confirming,
            abi.encodeWithSelector(IInstructions.InstructionExpired.selector, DEADLINE, DEADLINE + 1),
            "one second late"
        );
        IInstructions.Instruction memory stretched = confirming;
        stretched.deadline = DEADLINE + 1;
        _invalid(stretched, _notSigned(confirming.key), "the deadline is signed");
        vm.warp(DEADLINE);
        confirming.deadline = DEADLINE;
        instructions.execute(confirming);
    }

    function test_execute_refusesAnUnknownType() public {
        bytes32 typeHash = keccak256("RejectNote(uint64 note,uint256 nonce,uint40 deadline)");
        IInstructions.Instruction memory unknown = _ofWords(DEBTOR_SECRET, typeHash, abi.encode(1), 7);
        bytes memory reason = abi.encodeWithSelector(IInstructions.RouteUnknown.selector, typeHash);
        _invalid(unknown, reason, "unknown type");
        _refused(STRANGER, address(instructions), abi.encodeCall(instructions.digestOf, (unknown)), reason);
    }

    function test_execute_refusesWhatAnotherKeySigned() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        address[4] memory others = [vm.addr(SUPPLIER_SECRET), keyOf[debtor], address(instructions), address(0)];
        for (uint256 i = 0; i < others.length; ++i) {
            confirming.key = others[i];
            _invalid(confirming, _notSigned(others[i]), "in another key's name");
        }
    }

    function test_execute_refusesEverythingThatWasChangedBehindTheSignature() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        confirming.nonce = 8;
        _invalid(confirming, _notSigned(confirming.key), "nonce");
        confirming = _toConfirm(note, 900, 7);
        confirming.args = abi.encode(note, 899);
        _invalid(confirming, _notSigned(confirming.key), "an argument");
        confirming.args = abi.encode(note, uint256(900) | (1 << 48));
        _invalid(confirming, _notSigned(confirming.key), "bits above an argument");
        confirming = _toConfirm(note, 900, 7);
        confirming.gasLimit = 1;
        instructions.execute(confirming);
    }

    /// @dev Same parameters, same encoding, another function: another type hash, so another digest.
    function test_execute_refusesASignatureForAFunctionOfEqualShape() public {
        LotId lot = _lotOffered();
        IInstructions.Instruction memory revoking = _ofWords(SUPPLIER_SECRET, REVOKE_TYPE, abi.encode(lot), 7);
        revoking.typeHash = ACCEPT_TYPE;
        _invalid(revoking, _notSigned(revoking.key), "signed to revoke, used to accept");
        revoking.typeHash = REVOKE_TYPE;
        instructions.execute(revoking);
    }

    function test_execute_refusesTheSignatureOfAnotherChain() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        _invalid(confirming, _notSigned(confirming.key), "signed for another chain");
        vm.chainId(here);
        instructions.execute(confirming);
    }

    function test_execute_refusesTheSignatureForAnotherContract() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        bytes32 structHash = keccak256(abi.encode(CONFIRM_TYPE, note, 900, 7, DEADLINE));
        bytes32 elsewhere = _digestIn(_domainOf(block.chainid, address(ledger)), structHash);
        confirming.signature = _signatureOf(DEBTOR_SECRET, elsewhere);
        _invalid(confirming, _notSigned(confirming.key), "signed for another contract");
        bytes32 domainless = keccak256(abi.encodePacked(hex"1901", structHash));
        confirming.signature = _signatureOf(DEBTOR_SECRET, domainless);
        _invalid(confirming, _notSigned(confirming.key), "signed for no contract");
    }

    function test_execute_refusesEveryOtherFormOfTheSignature() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        bytes32 structHash = keccak256(abi.encode(CONFIRM_TYPE, note, 900, 7, DEADLINE));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(DEBTOR_SECRET, _digest(structHash));
        bytes memory expected = _notSigned(confirming.key);
        confirming.signature = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _invalid(confirming, expected, "mirrored s");
        confirming.signature = abi.encodePacked(r, s | bytes32(uint256(v - 27) << 255));
        _invalid(confirming, expected, "compact");
        confirming.signature = abi.encodePacked(r, s, v, uint8(0));
        _invalid(confirming, expected, "a byte more");
        confirming.signature = abi.encodePacked(r, s, v - 27);
        _invalid(confirming, expected, "v of 0 and 1");
        confirming.signature = "";
        _invalid(confirming, expected, "none");
        confirming.signature = abi.encodePacked(r, s, v);
        instructions.execute(confirming);
    }

    function test_execute_looksAtTheKeysRightsWhenItIsCarriedOut() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        vm.prank(REGISTRAR);
        ledger.setPartyState(debtor, PartyState.Suspended);
        _refusedAlone(confirming, abi.encodeWithSelector(IParties.PartySuspended.selector, debtor), "suspended party");
        vm.startPrank(REGISTRAR);
        ledger.setPartyState(debtor, PartyState.Active);
        ledger.removeKey(debtor, confirming.key);
        vm.stopPrank();
        _refusedAlone(confirming, _notAParty(confirming.key), "removed key");
        _giveKey(debtor, confirming.key);
        instructions.execute(confirming);
    }

    function test_execute_refusesAKeyOfNobody() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _ofWords(0xbad, CONFIRM_TYPE, abi.encode(note, 900), 7);
        _refusedAlone(confirming, _notAParty(vm.addr(0xbad)), "a key of nobody");
    }

    /// @dev What a key may do it may also have relayed, and no more: the creditor cannot confirm either way.
    function test_execute_givesNoRightThatTheKeyHasNot() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _ofWords(SUPPLIER_SECRET, CONFIRM_TYPE, abi.encode(note, 900), 7);
        vm.prank(vm.addr(SUPPLIER_SECRET));
        (bool done, bytes memory reason) = address(ledger).call(abi.encodeCall(ledger.confirm, (note, 900)));
        vm.assertFalse(done, "directly");
        _refusedAlone(confirming, reason, "as an instruction");
    }

    // --------------------------------------------------------------------------------------------------- revocations

    function test_revokeNonce_spendsTheCallersOwn() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 7);
        vm.prank(STRANGER);
        instructions.revokeNonce(7);
        vm.assertFalse(instructions.isSpent(confirming.key, 7), "somebody else's");
        vm.expectEmit(address(instructions));
        emit IInstructions.NonceRevoked(confirming.key, 7);
        vm.prank(confirming.key);
        instructions.revokeNonce(7);
        _invalid(confirming, _spentAlready(confirming), "revoked");
        bytes memory again = abi.encodeCall(instructions.revokeNonce, (7));
        _refused(confirming.key, address(instructions), again, _spentAlready(confirming));
    }

    function test_revokeNonceFor_needsTheKeysSignature() public {
        IInstructions.Instruction memory confirming = _toConfirm(_proposed(900), 900, 7);
        address key = confirming.key;
        bytes32 typeHash = keccak256("RevokeNonce(uint256 nonce,uint40 deadline)");
        bytes memory proof = _signatureOf(DEBTOR_SECRET, _digest(keccak256(abi.encode(typeHash, 7, DEADLINE))));
        _notRevoked(key, 8, DEADLINE, proof, _notSigned(key));
        _notRevoked(key, 7, DEADLINE + 1, proof, _notSigned(key));
        _notRevoked(STRANGER, 7, DEADLINE, proof, _notSigned(STRANGER));
        _notRevoked(key, 7, DEADLINE, confirming.signature, _notSigned(key));
        vm.warp(DEADLINE + 1);
        bytes memory late = abi.encodeWithSelector(IInstructions.InstructionExpired.selector, DEADLINE, DEADLINE + 1);
        _notRevoked(key, 7, DEADLINE, proof, late);
        vm.warp(DEADLINE);
        vm.expectEmit(address(instructions));
        emit IInstructions.NonceRevoked(key, 7);
        vm.prank(STRANGER);
        instructions.revokeNonceFor(key, 7, DEADLINE, proof);
        _invalid(confirming, _spentAlready(confirming), "revoked");
        _notRevoked(key, 7, DEADLINE, proof, _spentAlready(confirming));
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _notRevoked(address key, uint256 nonce, uint40 deadline, bytes memory proof, bytes memory expected)
        private
    {
        bytes memory callData = abi.encodeCall(instructions.revokeNonceFor, (key, nonce, deadline, proof));
        _refused(STRANGER, address(instructions), callData, expected);
    }

    function _lotOffered() private returns (LotId) {
        LotId lot = _root(_live(900));
        return _assign(supplier, lot, second);
    }
}
