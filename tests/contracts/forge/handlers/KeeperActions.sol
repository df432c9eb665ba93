// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {PartyId, ReceiptId, StockId} from "../../../../contracts/types/Ids.sol";
import {ReceiptState} from "../../../../contracts/types/States.sol";
import {vm} from "../support/Vm.sol";
import {GoodsBase} from "./GoodsBase.sol";

/// @title What keepers and inspectors do
abstract contract KeeperActions is GoodsBase {
    function count(uint256 seed) external {
        StockId counted = stocks[_word(seed, 1) % stocks.length];
        // Mostly more than there is room for; now and then less than the receipts.
        uint256 least = _word(seed, 2) % 4 == 0 ? 0 : shouldBeReceipted[counted];
        uint64 quantity = uint64(_between(seed, 3, least, 4000));
        _attest(counted, quantity);
        shouldBeAttested[counted] = quantity;
        countedUntil[counted] = block.timestamp + ATTESTATION_AGE;
        mayBeShort[counted] = _isShort(counted);
        _did(Action.Count);
    }

    function draft(uint256 seed) public {
        if (warehouse.receiptCount() >= MOST_RECEIPTS) return;
        StockId over = stocks[_word(seed, 1) % stocks.length];
        PartyId owner = warehouse.stockOf(over).keeper;
        (bool found, IReceipts.PhysicalLot[] memory lots) =
            _freeLots(seed, _between(seed, 2, 1, MOST_LOTS - 1), uint64(_between(seed, 3, 1, 300)));
        if (!found) return;
        // Now and then with a lot that lies under another receipt, of whatever keeper.
        bytes32 other = _key(_word(seed, 4));
        bool isTaken = _word(seed, 5) % 4 == 0 && ReceiptId.unwrap(shouldBack[other]) != 0;
        if (isTaken) lots[_word(seed, 6) % lots.length].key = other;
        IReceipts.DraftTerms memory terms = _draftTerms(lots, uint48(_between(seed, 7, 1, 3000)));
        (terms.stock, terms.depositor, terms.pledgeConsent) = (over, _holder(seed, 8), _word(seed, 9) % 4 != 0);
        ReceiptId next = ReceiptId.wrap(warehouse.receiptCount() + 1);
        if (!_tryOnWarehouse(Action.Draft, owner, abi.encodeCall(warehouse.draft, (terms)), !isTaken)) return;
        _laid(next, lots);
        shouldHold[next] = terms.depositor;
    }

    function attestReceipt(uint256 seed) public {
        (bool found, ReceiptId receipt,) = _pick(seed, DRAFT);
        if (!found) return;
        bytes memory callData = abi.encodeCall(warehouse.attestReceipt, (receipt, WHY));
        _tryOnWarehouse(Action.AttestReceipt, inspector, callData, true);
        attestedUntil[receipt] = (block.timestamp / 1 days) * 1 days + ATTESTATION_AGE;
    }

    function issue(uint256 seed) public {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, DRAFT);
        if (!found) return;
        StockId over = current.stock;
        uint256 receipted = shouldBeReceipted[over] + current.quantity;
        uint256 exposed = shouldBeExposed[current.keeper] + current.valueMinor;
        bool allowed = block.timestamp <= attestedUntil[receipt] && block.timestamp <= countedUntil[over]
            && receipted <= shouldBeAttested[over] && exposed <= CAP_MINOR;
        bytes memory callData = abi.encodeCall(warehouse.issue, (receipt));
        if (!_tryOnWarehouse(Action.Issue, current.keeper, callData, allowed)) return;
        shouldBeReceipted[over] = receipted;
        shouldBeExposed[current.keeper] = exposed;
    }

    function discard(uint256 seed) external {
        if (_word(seed, 9) % 3 != 0) return;
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, DRAFT);
        if (!found) return;
        bytes memory callData = abi.encodeCall(warehouse.discardDraft, (receipt, _keysOf(receipt)));
        if (!_tryOnWarehouse(Action.Discard, current.keeper, callData, openBlocks[receipt] == 0)) return;
        _ended(receipt, current, false);
    }

    /// @dev The first lot goes to one or two other places; one unit short or over is refused.
    function restack(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) =
            _pick(seed, DRAFT | ISSUED | PLEDGED | RELEASED | DISPUTED | FROZEN);
        if (!found) return;
        IReceipts.PhysicalLot memory first = lotsOf[receipt][0];
        bool parted = first.quantity > 1 && lotsOf[receipt].length < MOST_LOTS;
        IReceipts.PhysicalLot[] memory added;
        (found, added) = _freeLots(seed, parted ? 2 : 1, first.quantity);
        if (!found) return;
        if (parted) {
            added[0].quantity = uint64(_between(seed, 2, 1, first.quantity - 1));
            added[1].quantity = first.quantity - added[0].quantity;
        }
        bool even = _word(seed, 3) % 4 != 0;
        if (!even) added[0].quantity += 1;
        bytes memory callData = abi.encodeCall(warehouse.restack, (receipt, _oneKey(first.key), added, WHY));
        bool allowed = even && current.state != ReceiptState.Draft;
        if (!_tryOnWarehouse(Action.Restack, current.keeper, callData, allowed)) return;
        _lifted(_oneKey(first.key));
        IReceipts.PhysicalLot[] memory lots = lotsOf[receipt];
        delete lotsOf[receipt];
        _laid(receipt, added);
        for (uint256 i = 1; i < lots.length; ++i) {
            lotsOf[receipt].push(lots[i]);
        }
    }

    function amend(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) =
            _pick(seed, ISSUED | PLEDGED | RELEASED | DISPUTED | FROZEN);
        if (!found) return;
        bool allowed = current.state != ReceiptState.Disputed && current.state != ReceiptState.Frozen;
        bytes memory callData = abi.encodeCall(warehouse.amend, (receipt, WHY, WHY));
        _tryOnWarehouse(Action.Amend, current.keeper, callData, allowed);
    }

    function consent(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) = _pick(seed, DRAFT | ISSUED | PLEDGED);
        if (!found) return;
        bytes memory callData = abi.encodeCall(warehouse.setPledgeConsent, (receipt, _word(seed, 2) % 4 != 0));
        _tryOnWarehouse(Action.Consent, current.keeper, callData, true);
    }

    function deliver(uint256 seed) external {
        (bool found, ReceiptId receipt, IReceipts.ReceiptView memory current) =
            _pick(seed, _word(seed, 2) % 4 == 0 ? ISSUED | PLEDGED | FROZEN : RELEASED);
        if (!found) return;
        bool allowed = current.state == ReceiptState.Released && openBlocks[receipt] == 0 && !_isShort(current.stock);
        bytes memory callData = abi.encodeCall(warehouse.deliver, (receipt, _keysOf(receipt), WHY));
        if (!_tryOnWarehouse(Action.Deliver, current.keeper, callData, allowed)) return;
        _ended(receipt, current, true);
    }
}
