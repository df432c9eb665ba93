// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {NOBODY, PartyId} from "../../../contracts/types/Ids.sol";
import {PartyState, ROLE_CORE_ENTERPRISE, ROLE_FUNDER, ROLE_SUPPLIER} from "../../../contracts/types/States.sol";
import {CounterFixture} from "./support/CounterFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Branches: Parties.tree.
contract PartiesTest is CounterFixture {
    uint24 private constant LAST_NUMBER = type(uint24).max;
    uint256 private constant MAX_KEYS = 16;

    // ------------------------------------------------------------------------------------------------- registerParty

    function test_registerParty_numbersPartiesWithoutGaps() public {
        uint24 before = ledger.partyCount();
        address[] memory keys = new address[](2);
        (keys[0], keys[1]) = (_account("a"), _account("b"));
        bytes32 onboarding = keccak256("file");
        PartyId next = PartyId.wrap(before + 1);
        vm.expectEmit(address(ledger));
        emit IParties.PartyRegistered(next, ROLE_SUPPLIER | ROLE_FUNDER, onboarding);
        vm.expectEmit(address(ledger));
        emit IParties.KeyAdded(next, keys[0]);
        vm.expectEmit(address(ledger));
        emit IParties.KeyAdded(next, keys[1]);
        vm.prank(REGISTRAR);
        PartyId party = ledger.registerParty(ROLE_SUPPLIER | ROLE_FUNDER, onboarding, keys);

        _same(party, next);
        vm.assertEq(ledger.partyCount(), before + 1, "party count");
        (PartyState state, uint32 roles, address[] memory recorded) = ledger.partyOf(party);
        vm.assertEq(uint256(state), uint256(PartyState.Active), "state");
        vm.assertEq(roles, ROLE_SUPPLIER | ROLE_FUNDER, "roles");
        vm.assertEq(abi.encode(recorded), abi.encode(keys), "keys");
        for (uint256 i = 0; i < 2; ++i) {
            (PartyId actor, uint32 actorRoles) = ledger.actorOf(keys[i]);
            _same(actor, party);
            vm.assertEq(actorRoles, roles, "roles of the key");
        }
    }

    function test_registerParty_withoutKeys() public {
        vm.prank(REGISTRAR);
        PartyId party = ledger.registerParty(ROLE_SUPPLIER, keccak256("file"), new address[](0));
        (,, address[] memory keys) = ledger.partyOf(party);
        vm.assertEq(keys.length, 0, "keys");
    }

    function test_registerParty_refusesMissingOnboardingHash() public {
        _asRegistrar(
            abi.encodeCall(ledger.registerParty, (ROLE_SUPPLIER, bytes32(0), new address[](0))),
            abi.encodeWithSelector(IParties.OnboardingHashMissing.selector)
        );
    }

    function test_registerParty_refusesKeysInUse() public {
        address[] memory keys = new address[](1);
        bytes memory call_;
        keys[0] = keyOf[supplier];
        call_ = abi.encodeCall(ledger.registerParty, (ROLE_SUPPLIER, keccak256("file"), keys));
        _asRegistrar(call_, abi.encodeWithSelector(IParties.KeyInUse.selector, keys[0], supplier));
        keys[0] = address(0);
        call_ = abi.encodeCall(ledger.registerParty, (ROLE_SUPPLIER, keccak256("file"), keys));
        _asRegistrar(call_, abi.encodeWithSelector(IParties.KeyInUse.selector, address(0), NOBODY));
    }

    function test_registerParty_refusesTheSameKeyTwice() public {
        address[] memory keys = new address[](2);
        keys[0] = keys[1] = _account("twice");
        PartyId next = PartyId.wrap(ledger.partyCount() + 1);
        _asRegistrar(
            abi.encodeCall(ledger.registerParty, (ROLE_SUPPLIER, keccak256("file"), keys)),
            abi.encodeWithSelector(IParties.KeyInUse.selector, keys[0], next)
        );
    }

    function test_registerParty_takesTheLastNumberAndThenNoMore() public {
        _setPartyCount(LAST_NUMBER - 1);
        PartyId last = _register("last", ROLE_SUPPLIER);
        vm.assertEq(PartyId.unwrap(last), LAST_NUMBER, "last number");
        (PartyId actor,) = ledger.actorOf(_account("last"));
        _same(actor, last);
        _asRegistrar(
            abi.encodeCall(ledger.registerParty, (ROLE_SUPPLIER, keccak256("file"), new address[](0))), _panic(0x11)
        );
        vm.assertEq(ledger.partyCount(), LAST_NUMBER, "count after the refusal");
    }

    // ------------------------------------------------------------------------------------------------- setPartyRoles

    function test_setPartyRoles_reachesEveryKey() public {
        address other = _account("other key");
        vm.prank(REGISTRAR);
        ledger.addKey(supplier, other);
        vm.expectEmit(address(ledger));
        emit IParties.PartyRolesSet(supplier, ROLE_CORE_ENTERPRISE);
        vm.prank(REGISTRAR);
        ledger.setPartyRoles(supplier, ROLE_CORE_ENTERPRISE);
        (, uint32 roles,) = ledger.partyOf(supplier);
        vm.assertEq(roles, ROLE_CORE_ENTERPRISE, "party");
        (, roles) = ledger.actorOf(keyOf[supplier]);
        vm.assertEq(roles, ROLE_CORE_ENTERPRISE, "first key");
        (, roles) = ledger.actorOf(other);
        vm.assertEq(roles, ROLE_CORE_ENTERPRISE, "second key");
    }

    function test_setPartyRoles_refusesUnknownParties() public {
        _refusesUnknown(abi.encodeCall(ledger.setPartyRoles, (NOBODY, 1)), NOBODY);
        _refusesUnknown(abi.encodeCall(ledger.setPartyRoles, (_nextParty(), 1)), _nextParty());
    }

    // ------------------------------------------------------------------------------------------------- setPartyState

    function test_setPartyState_suspendsEveryKeyAndBack() public {
        address other = _account("other key");
        vm.prank(REGISTRAR);
        ledger.addKey(supplier, other);
        _setState(supplier, PartyState.Suspended);
        bytes memory suspended = abi.encodeWithSelector(IParties.PartySuspended.selector, supplier);
        bytes memory act = abi.encodeCall(ledger.setStandingAcceptance, (NOBODY, true));
        _refused(keyOf[supplier], address(ledger), act, suspended);
        _refused(other, address(ledger), act, suspended);
        vm.expectRevert(suspended);
        ledger.actorOf(other);

        _setState(supplier, PartyState.Active);
        _acceptAll(supplier);
        vm.prank(other);
        ledger.setStandingAcceptance(NOBODY, false);
    }

    function test_isActive_ofPartiesThatAreAndAreNot() public {
        vm.assertTrue(ledger.isActive(supplier), "registered");
        vm.assertFalse(ledger.isActive(NOBODY), "nobody");
        vm.assertFalse(ledger.isActive(_nextParty()), "unknown");
        _setState(supplier, PartyState.Suspended);
        vm.assertFalse(ledger.isActive(supplier), "suspended");
        vm.assertTrue(ledger.isActive(second), "the neighbour");
        _setState(supplier, PartyState.Active);
        vm.assertTrue(ledger.isActive(supplier), "active again");
    }

    function test_setPartyState_suspensionPausesStandingAcceptance() public {
        _acceptAll(second);
        vm.prank(keyOf[third]);
        ledger.setStandingAcceptance(debtor, true);
        _setState(second, PartyState.Suspended);
        _setState(third, PartyState.Suspended);
        vm.assertFalse(ledger.acceptsInAdvance(second, debtor), "suspended, accepted all");
        vm.assertFalse(ledger.acceptsInAdvance(third, debtor), "suspended, accepted one debtor");
        _setState(second, PartyState.Active);
        _setState(third, PartyState.Active);
        vm.assertTrue(ledger.acceptsInAdvance(second, debtor), "active again, accepts all");
        vm.assertTrue(ledger.acceptsInAdvance(third, debtor), "active again, accepts one debtor");
    }

    function test_setPartyState_doesNotInventAnAcceptance() public {
        _setState(second, PartyState.Suspended);
        _setState(second, PartyState.Active);
        vm.assertFalse(ledger.acceptsInAdvance(second, debtor), "never accepted");
    }

    function test_setPartyState_refusesUnknownPartiesAndNone() public {
        _refusesUnknown(abi.encodeCall(ledger.setPartyState, (_nextParty(), PartyState.Active)), _nextParty());
        _refusesUnknown(abi.encodeCall(ledger.setPartyState, (supplier, PartyState.None)), supplier);
    }

    // ------------------------------------------------------------------------------------------------ addKey, remove

    function test_addKey_actsForTheParty() public {
        address key = _account("new key");
        vm.expectEmit(address(ledger));
        emit IParties.KeyAdded(supplier, key);
        vm.prank(REGISTRAR);
        ledger.addKey(supplier, key);
        (PartyId actor, uint32 roles) = ledger.actorOf(key);
        _same(actor, supplier);
        vm.assertEq(roles, ROLE_SUPPLIER, "roles");
    }

    function test_addKey_toSuspendedPartyIsSuspended() public {
        address key = _account("new key");
        _setState(supplier, PartyState.Suspended);
        vm.prank(REGISTRAR);
        ledger.addKey(supplier, key);
        vm.expectRevert(abi.encodeWithSelector(IParties.PartySuspended.selector, supplier));
        ledger.actorOf(key);
    }

    function test_addKey_returnsARemovedKeyToItsPartyOnly() public {
        address key = keyOf[supplier];
        _removeKey(supplier, key);
        _asRegistrar(
            abi.encodeCall(ledger.addKey, (second, key)),
            abi.encodeWithSelector(IParties.KeyInUse.selector, key, supplier)
        );
        vm.prank(REGISTRAR);
        ledger.addKey(supplier, key);
        (PartyId actor,) = ledger.actorOf(key);
        _same(actor, supplier);
    }

    function test_addKey_refuses() public {
        _refusesUnknown(abi.encodeCall(ledger.addKey, (_nextParty(), _account("new"))), _nextParty());
        _asRegistrar(
            abi.encodeCall(ledger.addKey, (supplier, keyOf[supplier])),
            abi.encodeWithSelector(IParties.KeyInUse.selector, keyOf[supplier], supplier)
        );
        _asRegistrar(
            abi.encodeCall(ledger.addKey, (supplier, address(0))),
            abi.encodeWithSelector(IParties.KeyInUse.selector, address(0), NOBODY)
        );
    }

    function test_addKey_stopsAtSixteen() public {
        for (uint256 i = 1; i < MAX_KEYS; ++i) {
            vm.prank(REGISTRAR);
            ledger.addKey(supplier, address(uint160(i)));
        }
        (,, address[] memory keys) = ledger.partyOf(supplier);
        vm.assertEq(keys.length, MAX_KEYS, "keys");
        _asRegistrar(
            abi.encodeCall(ledger.addKey, (supplier, address(99))),
            abi.encodeWithSelector(IParties.TooManyKeys.selector, supplier, MAX_KEYS)
        );
        _removeKey(supplier, address(uint160(3)));
        vm.prank(REGISTRAR);
        ledger.addKey(supplier, address(99));
    }

    function test_removeKey_endsItAndKeepsTheOthers() public {
        for (uint160 i = 1; i <= 3; ++i) {
            vm.prank(REGISTRAR);
            ledger.addKey(supplier, address(i));
        }
        vm.expectEmit(address(ledger));
        emit IParties.KeyRemoved(supplier, address(1));
        _removeKey(supplier, address(1));
        _removeKey(supplier, address(3));
        (,, address[] memory keys) = ledger.partyOf(supplier);
        vm.assertEq(keys.length, 2, "keys left");
        vm.assertEq(keys[0], keyOf[supplier], "first stays");
        vm.assertEq(keys[1], address(2), "the other stays");
        vm.expectRevert(_notAParty(address(1)));
        ledger.actorOf(address(1));
        ledger.actorOf(address(2));
    }

    function test_removeKey_theOnlyOne() public {
        _removeKey(supplier, keyOf[supplier]);
        (,, address[] memory keys) = ledger.partyOf(supplier);
        vm.assertEq(keys.length, 0, "no key left");
    }

    function test_removeKey_refusesWhatIsNotInUseByTheParty() public {
        address key = keyOf[supplier];
        _refusesUnknown(abi.encodeCall(ledger.removeKey, (_nextParty(), key)), _nextParty());
        _asRegistrar(
            abi.encodeCall(ledger.removeKey, (second, key)),
            abi.encodeWithSelector(IParties.KeyUnknown.selector, second, key)
        );
        _removeKey(supplier, key);
        _asRegistrar(
            abi.encodeCall(ledger.removeKey, (supplier, key)),
            abi.encodeWithSelector(IParties.KeyUnknown.selector, supplier, key)
        );
    }

    // ------------------------------------------------------------------------------------------ setStandingAcceptance

    function test_setStandingAcceptance_ofAllNotes() public {
        vm.expectEmit(address(ledger));
        emit IParties.StandingAcceptanceSet(second, NOBODY, true);
        _acceptAll(second);
        vm.assertTrue(ledger.acceptsInAdvance(second, debtor), "given");
        vm.assertFalse(ledger.acceptsInAdvance(third, debtor), "the neighbour gave none");
        vm.expectEmit(address(ledger));
        emit IParties.StandingAcceptanceSet(second, NOBODY, false);
        vm.prank(keyOf[second]);
        ledger.setStandingAcceptance(NOBODY, false);
        vm.assertFalse(ledger.acceptsInAdvance(second, debtor), "taken back");
    }

    function test_setStandingAcceptance_ofOneDebtor() public {
        vm.expectEmit(address(ledger));
        emit IParties.StandingAcceptanceSet(second, debtor, true);
        vm.prank(keyOf[second]);
        ledger.setStandingAcceptance(debtor, true);
        vm.assertTrue(ledger.acceptsInAdvance(second, debtor), "this debtor");
        vm.assertFalse(ledger.acceptsInAdvance(second, supplier), "another debtor");
        vm.prank(keyOf[second]);
        ledger.setStandingAcceptance(debtor, false);
        vm.assertFalse(ledger.acceptsInAdvance(second, debtor), "taken back");
    }

    function test_setStandingAcceptance_aroundAWordsEdge() public {
        // Acceptances lie in words of 256 parties: 255 | 256 are neighbours in different words.
        _setPartyCount(254);
        PartyId before = _register("party 255", ROLE_SUPPLIER);
        PartyId after_ = _register("party 256", ROLE_SUPPLIER);
        _acceptAll(after_);
        vm.assertEq(PartyId.unwrap(after_), 256, "number");
        vm.assertTrue(ledger.acceptsInAdvance(after_, debtor), "256");
        vm.assertFalse(ledger.acceptsInAdvance(before, debtor), "255");
        vm.assertFalse(ledger.acceptsInAdvance(NOBODY, debtor), "nobody");
    }

    function test_setStandingAcceptance_refusesAnUnknownDebtor() public {
        PartyId unknown = _nextParty();
        _onLedger(
            second,
            abi.encodeCall(ledger.setStandingAcceptance, (unknown, true)),
            abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown)
        );
    }

    // --------------------------------------------------------------------------------------------------------- views

    function test_views_refuseTheUnknown() public {
        vm.expectRevert(_notAParty(STRANGER));
        ledger.actorOf(STRANGER);
        PartyId unknown = _nextParty();
        vm.expectRevert(abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown));
        ledger.partyOf(unknown);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _nextParty() private view returns (PartyId) {
        return PartyId.wrap(ledger.partyCount() + 1);
    }

    function _asRegistrar(bytes memory callData, bytes memory expected) private {
        _refused(REGISTRAR, address(ledger), callData, expected);
    }

    function _refusesUnknown(bytes memory callData, PartyId unknown) private {
        _asRegistrar(callData, abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown));
    }

    function _setState(PartyId party, PartyState state) private {
        vm.expectEmit(address(ledger));
        emit IParties.PartyStateSet(party, state);
        vm.prank(REGISTRAR);
        ledger.setPartyState(party, state);
    }

    function _removeKey(PartyId party, address key) private {
        vm.prank(REGISTRAR);
        ledger.removeKey(party, key);
    }

    function _same(PartyId actual, PartyId expected) private pure {
        vm.assertEq(PartyId.unwrap(actual), PartyId.unwrap(expected), "party");
    }
}
