// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IAnchors} from "../../../contracts/interfaces/IAnchors.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Heads of records kept elsewhere. Branches: Anchors.tree.
contract AnchorsTest is InstructionFixture {
    bytes32 private constant HEAD = keccak256("head");
    uint256 private constant SECRET = 0xa2c;

    function test_anchor_isKeptAndTold() public {
        _says(ANCHORER, 0, 0);
        vm.expectEmit(address(anchors));
        emit IAnchors.Anchored(ANCHORER, HEAD, 5);
        _anchor(HEAD, 5);
        _says(ANCHORER, HEAD, 5);
        _anchor(HEAD, 6);
        _says(ANCHORER, HEAD, 6);
        _anchor(keccak256("later"), type(uint64).max);
        _says(ANCHORER, keccak256("later"), type(uint64).max);
    }

    function test_anchor_refusesWhoLacksTheRole() public {
        bytes memory callData = abi.encodeCall(anchors.anchor, (HEAD, 1));
        address[5] memory others = [STRANGER, ADMIN, REGISTRAR, GOVERNOR, keyOf[debtor]];
        for (uint256 i = 0; i < others.length; ++i) {
            _refused(others[i], address(anchors), callData, _unauthorized(others[i]));
            _refused(others[i], address(anchors), _behind(callData, ANCHORER), _unauthorized(others[i]));
        }
    }

    function test_anchor_needsAHead() public {
        _notAnchored(0, 1, abi.encodeWithSelector(IAnchors.AnchorHeadMissing.selector));
    }

    function test_anchor_onlyForwards() public {
        _notAnchored(HEAD, 0, abi.encodeWithSelector(IAnchors.AnchorNotNewer.selector, ANCHORER, 0, 0));
        _anchor(HEAD, 5);
        _notAnchored(HEAD, 5, abi.encodeWithSelector(IAnchors.AnchorNotNewer.selector, ANCHORER, 5, 5));
        _notAnchored(keccak256("fork"), 4, abi.encodeWithSelector(IAnchors.AnchorNotNewer.selector, ANCHORER, 4, 5));
        _says(ANCHORER, HEAD, 5);
    }

    function test_anchor_keepsCallersApartAndTakesInstructions() public {
        bytes32 typeHash = keccak256("AnchorHead(bytes32 head,uint64 sequence,uint256 nonce,uint40 deadline)");
        _route(typeHash, address(anchors), anchors.anchor.selector, hex"02");
        vm.prank(ADMIN);
        authority.grantRole(ANCHOR_ROLE, vm.addr(SECRET), 0);
        _anchor(HEAD, 5);
        instructions.execute(_ofWords(SECRET, typeHash, abi.encode(keccak256("own"), 2), 1));
        _says(vm.addr(SECRET), keccak256("own"), 2);
        _says(ANCHORER, HEAD, 5);
    }

    function _anchor(bytes32 head, uint64 sequence) private {
        vm.prank(ANCHORER);
        anchors.anchor(head, sequence);
    }

    function _notAnchored(bytes32 head, uint64 sequence, bytes memory expected) private {
        _refused(ANCHORER, address(anchors), abi.encodeCall(anchors.anchor, (head, sequence)), expected);
    }

    function _says(address by, bytes32 head, uint64 sequence) private view {
        (bytes32 kept, uint64 keptSequence) = anchors.last(by);
        vm.assertEq(kept, head, "head");
        vm.assertEq(keptSequence, sequence, "sequence");
    }
}
