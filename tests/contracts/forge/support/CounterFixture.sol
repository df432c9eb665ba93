// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {NoteId} from "../../../../contracts/types/Ids.sol";
import {NoteFixture} from "./NoteFixture.sol";
import {vm} from "./Vm.sol";

/// @title Counters put near their end, where no test could count to
/// @dev A counter is written where its own getter reads it, so the storage layout may change without this file.
abstract contract CounterFixture is NoteFixture {
    function _setPartyCount(uint24 count) internal {
        _setCounter(abi.encodeCall(ledger.partyCount, ()), 0, count);
    }

    function _setSegmentCount(NoteId note, uint24 count) internal {
        // The seventh word of a NoteView.
        _setCounter(abi.encodeCall(ledger.noteOf, (note)), 6, count);
    }

    function _setCounter(bytes memory getter, uint256 place, uint24 count) private {
        vm.record();
        (, uint24 current) = _read(getter, place);
        (bytes32[] memory slots,) = vm.accesses(address(ledger));
        for (uint256 i = 0; i < slots.length; ++i) {
            uint256 word = uint256(vm.load(address(ledger), slots[i]));
            for (uint256 shift = 0; shift <= 232; shift += 8) {
                if (uint24(word >> shift) != current) continue;
                uint256 changed = (word & ~(uint256(type(uint24).max) << shift)) | (uint256(count) << shift);
                vm.store(address(ledger), slots[i], bytes32(changed));
                (bool readable, uint24 found) = _read(getter, place);
                if (readable && found == count) return;
                vm.store(address(ledger), slots[i], bytes32(word));
            }
        }
        revert("counter not found");
    }

    /// @dev A wrong guess may leave a record that its getter refuses to read.
    function _read(bytes memory getter, uint256 place) private view returns (bool readable, uint24 value) {
        bytes memory answer;
        (readable, answer) = address(ledger).staticcall(getter);
        if (!readable) return (false, 0);
        uint256 word;
        assembly ("memory-safe") {
            word := mload(add(add(answer, 32), mul(place, 32)))
        }
        return (true, uint24(word));
    }
}
