// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInstructions} from "../../../contracts/interfaces/IInstructions.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev What a type hash may stand for. Branches: Instructions.tree.
contract InstructionRoutesTest is InstructionFixture {
    bytes32 private constant TYPE = keccak256("a type");
    bytes32 private constant OTHER_TYPE = keccak256("another type");
    bytes4 private constant SELECTOR = 0x01020304;

    function test_setRoutes_keepsAndTells() public {
        IInstructions.Route[] memory routes = new IInstructions.Route[](2);
        routes[0] = IInstructions.Route(TYPE, address(ledger), SELECTOR, hex"02");
        routes[1] = IInstructions.Route(OTHER_TYPE, address(cash), SELECTOR, _struct(hex"83", hex"018101"));
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(instructions));
            emit IInstructions.RouteSet(routes[i].typeHash, routes[i].target, SELECTOR, routes[i].shape);
        }
        vm.prank(GOVERNOR);
        instructions.setRoutes(routes);
        for (uint256 i = 0; i < 2; ++i) {
            (address target, bytes4 selector, bytes memory shape) = instructions.routeOf(routes[i].typeHash);
            vm.assertEq(target, routes[i].target, "target");
            vm.assertEq(bytes32(selector), bytes32(SELECTOR), "selector");
            vm.assertEq(shape, routes[i].shape, "shape");
        }
        (address none,,) = instructions.routeOf(keccak256("never set"));
        vm.assertEq(none, address(0), "unknown");
    }

    function test_setRoutes_refusesWhoIsNotTheGovernor() public {
        bytes memory callData = _setting(TYPE, address(ledger), hex"02");
        address[4] memory others = [STRANGER, REGISTRAR, keyOf[debtor], address(ledger)];
        for (uint256 i = 0; i < others.length; ++i) {
            _refused(others[i], address(instructions), callData, _unauthorized(others[i]));
            bytes memory faked = _behind(callData, GOVERNOR);
            _refused(others[i], address(instructions), faked, _unauthorized(others[i]));
        }
        vm.prank(GOVERNOR);
        (bool done,) = address(instructions).call(callData);
        vm.assertTrue(done, "the governor");
    }

    function test_setRoutes_changesNoMeaning() public {
        bytes memory known = abi.encodeWithSelector(IInstructions.RouteKnown.selector, CONFIRM_TYPE);
        _notSet(_setting(CONFIRM_TYPE, address(ledger), hex"02"), known, "the same again");
        _notSet(_setting(CONFIRM_TYPE, address(cash), hex"03"), known, "another meaning");
        IInstructions.Route[] memory twice = new IInstructions.Route[](2);
        twice[0] = IInstructions.Route(TYPE, address(ledger), SELECTOR, hex"02");
        twice[1] = IInstructions.Route(TYPE, address(cash), SELECTOR, hex"02");
        known = abi.encodeWithSelector(IInstructions.RouteKnown.selector, TYPE);
        _notSet(abi.encodeCall(instructions.setRoutes, (twice)), known, "twice in one call");
        (address target,,) = instructions.routeOf(TYPE);
        vm.assertEq(target, address(0), "nothing of it is kept");
    }

    function test_setRoutes_refusesTargetsThatCannotBe() public {
        address[3] memory targets = [address(instructions), STRANGER, address(0)];
        for (uint256 i = 0; i < targets.length; ++i) {
            bytes memory forbidden = abi.encodeWithSelector(IInstructions.RouteForbidden.selector, targets[i]);
            _notSet(_setting(TYPE, targets[i], hex"02"), forbidden, "target");
        }
    }

    function test_setRoutes_takesEveryShapeThatCanBeRead() public {
        bytes memory words = hex"06";
        _set(hex"");
        _set(hex"7f");
        _set(hex"80");
        _set(hex"8101");
        _set(hex"810102");
        _set(hex"8180");
        _set(hex"818181018001");
        _set(_struct(hex"82", words));
        _set(bytes.concat(hex"01", _struct(hex"82", words), hex"02"));
        _set(_struct(hex"82", _struct(hex"82", words)));
        _set(bytes.concat(hex"81", _struct(hex"82", words)));
        _set(_struct(hex"83", hex"80"));
        _set(_struct(hex"83", bytes.concat(hex"0581", _struct(hex"82", words))));
        _set(_struct(hex"83", _struct(hex"83", hex"0180")));
    }

    function test_setRoutes_refusesEveryShapeThatCannotBeRead() public {
        bytes memory words = hex"06";
        _unreadable(hex"00", "no words");
        _unreadable(hex"0102", "two runs side by side");
        _unreadable(hex"84", "no such item");
        _unreadable(hex"ff", "no such item");
        _unreadable(hex"81", "array of nothing");
        _unreadable(hex"8100", "array of no words");
        _unreadable(hex"8102", "array of a run");
        _unreadable(hex"0181", "array of nothing, last");
        _unreadable(hex"8181", "array of array of nothing");
        _unreadable(hex"8184", "array of no such item");
        _unreadable(hex"82", "struct without type hash");
        _unreadable(abi.encodePacked(hex"82", TYPE), "struct without length");
        _unreadable(abi.encodePacked(hex"82", TYPE, hex"00"), "struct without fields");
        _unreadable(abi.encodePacked(hex"82", TYPE, hex"00", hex"01"), "struct without fields, and a word");
        _unreadable(abi.encodePacked(hex"82", TYPE, hex"02", hex"01"), "fields cut short");
        _unreadable(abi.encodePacked(hex"82", TYPE, hex"0201", hex"02"), "two runs in a struct");
        _unreadable(_struct(hex"82", hex"80"), "static struct with bytes");
        _unreadable(_struct(hex"82", hex"8101"), "static struct with an array");
        _unreadable(_struct(hex"82", _struct(hex"83", hex"80")), "static struct with a dynamic one");
        _unreadable(_struct(hex"83", words), "dynamic struct of words");
        _unreadable(_struct(hex"83", _struct(hex"82", words)), "dynamic struct of a static one");
        _unreadable(bytes.concat(hex"81", _struct(hex"83", words)), "the same in an array");
        _unreadable(_struct(hex"83", hex"0181"), "array of what lies behind the struct");
        _unreadable(bytes.concat(_struct(hex"83", hex"0181"), hex"01"), "the same, with something behind");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _struct(bytes memory code, bytes memory fields) private pure returns (bytes memory) {
        return abi.encodePacked(code, TYPE, uint8(fields.length), fields);
    }

    function _setting(bytes32 typeHash, address target, bytes memory shape) private view returns (bytes memory) {
        IInstructions.Route[] memory routes = new IInstructions.Route[](1);
        routes[0] = IInstructions.Route(typeHash, target, SELECTOR, shape);
        return abi.encodeCall(instructions.setRoutes, (routes));
    }

    function _notSet(bytes memory callData, bytes memory expected, string memory why) private {
        _refused(GOVERNOR, address(instructions), callData, expected, why);
    }

    function _set(bytes memory shape) private {
        _route(keccak256(shape), address(ledger), SELECTOR, shape);
    }

    function _unreadable(bytes memory shape, string memory why) private {
        bytes memory expected = abi.encodeWithSelector(IInstructions.RouteMalformed.selector, TYPE);
        _notSet(_setting(TYPE, address(ledger), shape), expected, why);
    }
}
