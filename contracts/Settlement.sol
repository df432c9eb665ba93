// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LedgerClient} from "./LedgerClient.sol";
import {ICash} from "./interfaces/ICash.sol";
import {IFinancing} from "./interfaces/IFinancing.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILedgerModule} from "./interfaces/ILedgerModule.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {INotes} from "./interfaces/INotes.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {AssetId, FinancingId, NoteId, PartyId, assetOfLot, lotId} from "./types/Ids.sol";
import {LienState, LotState} from "./types/States.sol";

/// @title Settlement
/// @dev Holds nothing: it asks the ledger who is owed, liens and loans who comes first, and books the cash.
contract Settlement is LedgerClient, ISettlement {
    /// @dev Payments netted so far: one word a party as Cash takes them. Where a party stands in the list is kept in
    /// transient storage under its number, plus one, for as long as the netting runs.
    struct Netting {
        uint256[] payments;
        uint256 count;
        uint256 total;
    }

    ICash private immutable CASH;
    ILienRegistry private immutable LIENS;
    IFinancing private immutable FINANCING;

    constructor(ILedger ledger, ICash cash, ILienRegistry liens, IFinancing financing) LedgerClient(ledger) {
        CASH = cash;
        LIENS = liens;
        FINANCING = financing;
    }

    /// @inheritdoc ISettlement
    function settle(NoteId note, uint48 amountMinor, ILedgerModule.LotRange[] calldata ranges) external {
        PartyId actor = _actingParty();
        INotes.NoteView memory record = LEDGER.noteOf(note);
        if (record.debtor != actor) revert NotDebtor(note, actor);
        (uint256[] memory payouts, bool last, bool complete) = LEDGER.applyPayment(note, amountMinor, ranges);

        Netting memory netting;
        // A lot pays at most two parties: pledgee and pledgor.
        netting.payments = new uint256[](payouts.length);
        for (uint256 i = 0; i < payouts.length; ++i) {
            uint256 payout = payouts[i];
            uint256 amount = uint48(payout);
            if (LotState(uint8(payout >> 72)) == LotState.Pledged) {
                amount -= _payPledgee(netting, note, payout, last);
            }
            if (amount != 0) _net(netting, uint24(payout >> 48), amount);
        }
        uint256[] memory payments = _close(netting);
        emit NotePaid(note, uint48(netting.total), complete);
        CASH.settle(actor, record.currency, payments, bytes32(uint256(NoteId.unwrap(note))));
    }

    /// @dev The pledgee takes what the secured claim is owed, at most what the lot pays.
    function _payPledgee(Netting memory netting, NoteId note, uint256 payout, bool last) private returns (uint256) {
        AssetId asset = assetOfLot(lotId(note, uint24(payout >> 96), uint16(payout >> 80)));
        ILienRegistry.Lien memory lien = LIENS.lienOf(asset);
        uint48 amount = uint48(payout);
        PartyId creditor = lien.pledgee;
        uint48 taken;
        bool claimLeft;
        if (FinancingId.unwrap(lien.financing) == 0) {
            taken = LIENS.collect(asset, amount);
            claimLeft = taken != lien.securedMinor;
        } else {
            (creditor, taken, claimLeft) = FINANCING.collect(lien.financing, amount);
        }
        if (last || !claimLeft) LIENS.discharge(asset);
        if (taken != 0) _net(netting, PartyId.unwrap(creditor), taken);
        return taken;
    }

    function _net(Netting memory netting, uint256 party, uint256 amount) private {
        uint256 place;
        // Transient storage is the only cheap map from party to place in the list; _close clears it again, so several
        // settlements may share a transaction.
        assembly ("memory-safe") {
            place := tload(party)
        }
        netting.total += amount;
        if (place != 0) {
            netting.payments[place - 1] += amount;
            return;
        }
        if (netting.count == netting.payments.length) _grow(netting);
        netting.payments[netting.count++] = (party << 48) | amount;
        place = netting.count;
        assembly ("memory-safe") {
            tstore(party, place)
        }
    }

    function _grow(Netting memory netting) private pure {
        uint256[] memory larger = new uint256[](netting.payments.length * 2);
        for (uint256 i = 0; i < netting.count; ++i) {
            larger[i] = netting.payments[i];
        }
        netting.payments = larger;
    }

    function _close(Netting memory netting) private returns (uint256[] memory payments) {
        payments = netting.payments;
        uint256 count = netting.count;
        for (uint256 i = 0; i < count; ++i) {
            uint256 party = payments[i] >> 48;
            assembly ("memory-safe") {
                tstore(party, 0)
            }
        }
        // Shortening an array in memory only forgets its tail.
        assembly ("memory-safe") {
            mstore(payments, count)
        }
    }
}
