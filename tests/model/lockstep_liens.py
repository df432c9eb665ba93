"""Lockstep rules over liens on lots and receipts: mostly right, now and then wrong."""

from __future__ import annotations

from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part
from counterfoil.domain.ledger import Pledge
from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId, LotId
from counterfoil.domain.state.ledger_state import Lien
from counterfoil.domain.states import LienState, LotState, Office, ReceiptState
from model import goods_commands, lien_commands, money_commands
from model.commands import digest
from model.keyring import account
from model.lockstep_money import MoneyRules
from model.seals import DivisionOf, SealOf

SIGNER = account(0x5EA1)
"""The keeper's key, which signs its seals."""
BORROWERS, FUNDERS = (3, 5, 4), (6, 2, 7)


class LienRules(MoneyRules):
    """The parts of a lien's life that MoneyRules does not have."""

    def lien(self, *wanted: LienState, kind: int | None = None) -> Lien:
        """A lien in one of these states, or any."""
        liens = [each[-1] for each in self.twin.state.liens.values()]
        fitting = [each for each in liens if each.state in wanted and kind in (None, each.asset_id.kind)]
        return self.one_of(fitting if fitting and not self.wrong(6) else liens)  # type: ignore[no-any-return]  # drawn

    def asset_of(self, holder_id: int, *, free: bool = True) -> AssetId:
        """Something that the party holds, mostly free; now and then anything at all."""
        state = self.twin.state
        held = [
            AssetId.of_receipt(number)
            for number, each in state.receipts.items()
            if each.holder_id == holder_id and each.state is ReceiptState.ISSUED
        ]
        held += [
            AssetId.of_lot(lot_id)
            for lot_id, each in state.lots.items()
            if each.holder_id == holder_id and each.state in (LotState.FREE, LotState.PLEDGED)
        ]
        held = [each for each in held if not free or not state.is_pledged(each)]
        if not held or self.wrong(6):
            odd = [
                AssetId.of_receipt(self.between(0, 8)),
                AssetId.of_lot(self.unknown_lot_id()),
                AssetId.of_bill(1),
                AssetId(0, 0),
                AssetId(1, LotId.root(1).number | 1 << 200),
            ]
            return self.one_of([*odd, *state.liens])  # type: ignore[no-any-return]  # drawn
        return self.one_of(held)  # type: ignore[no-any-return]  # drawn

    def agreed(self, asset_id: AssetId, pledgee_id: int) -> Pledge:
        now_s = self.twin.now_s
        return Pledge(
            asset_id=asset_id,
            pledgee_id=pledgee_id,
            secured_minor=self.one_of([0, 1, 5_000, 2**48 - 1]),
            registered_at_s=self.one_of([0, now_s] + ([now_s + 1] if self.wrong(9) else [])),
            agreement_hash=self.fresh(),
            registration_hash=self.fresh(),
        )

    def pledge_asset(self) -> None:
        holder = self.one_of(BORROWERS)
        agreed = self.agreed(self.asset_of(holder), self.one_of(FUNDERS))
        self.run(self.key_of(holder), money_commands.pledge(agreed))

    def divide_lot(self) -> None:
        lien = self.lien(LienState.ACTIVE, kind=ASSET_KIND_LOT)
        if lien.asset_id.kind != ASSET_KIND_LOT:
            self.divide_receipt(lien)
            return
        lot = self.twin.state.lots.get(lien.asset_id.lot_id)
        kept = self.up_to(lot.length_minor if lot else 9)
        command = lien_commands.release_part_of_lot(lien.asset_id, kept, self.fresh())
        self.run(self.key_of(lien.pledgee_id), command)

    def divide_receipt(self, lien: Lien) -> None:
        """Only what stands on more than one physical lot can be; the seal is the keeper's, or is not."""
        receipt = self.twin.state.receipts.get(lien.asset_id.receipt_id)
        lots = receipt.lots if receipt is not None else (digest("none"),)
        part = Part(detail_root=self.fresh(), lots=lots[: self.one_of([1, len(lots)])])
        statement = KeeperSeal.for_split(
            receipt_id=lien.asset_id.receipt_id,
            sequence=receipt.sequence if receipt else 0,
            parts=[part],
            remainder_root=digest("rest"),
            deadline_s=self.twin.now_s + self.one_of([0, 60]),
        )
        seal = SealOf(statement=statement, signer=None if self.wrong(8) else SIGNER)
        division = DivisionOf(part=part, remainder_root=digest("rest"), seal=seal)
        command = goods_commands.release_part(lien.asset_id.receipt_id, division, self.fresh())
        self.run(self.key_of(lien.pledgee_id), command)

    def substitute_lien(self) -> None:
        offered = list(self.twin.state.substitutes.items())
        if offered and not self.wrong(30):
            asset_id, proposed = self.one_of(offered)
            lien = self.twin.state.liens[asset_id][-1]
            replacement = proposed.replacement_id if not self.wrong(8) else self.asset_of(3)
            agreed = self.agreed(replacement, self.one_of(FUNDERS))
            self.run(self.key_of(lien.pledgee_id), lien_commands.accept_substitute(asset_id, agreed))
            return
        lien = self.lien(LienState.ACTIVE)
        replacement = self.asset_of(lien.pledgor_id)
        command = lien_commands.propose_substitute(lien.asset_id, replacement)
        self.run(self.key_of(lien.pledgor_id), command)

    def transfer_lien(self) -> None:
        outside = [
            each[-1]
            for each in self.twin.state.liens.values()
            if each[-1].financing_id is None and each[-1].state is LienState.ACTIVE
        ]
        lien = self.one_of(outside) if outside and not self.wrong(8) else self.lien(LienState.ACTIVE)
        agreed = self.agreed(lien.asset_id, self.one_of([*FUNDERS, lien.pledgor_id]))
        self.run(self.key_of(lien.pledgee_id), lien_commands.transfer_pledge(agreed))

    def order(self) -> None:
        lien = self.lien(LienState.ACTIVE)
        to_id = self.party_id()
        command = lien_commands.enforce_by_order(lien.asset_id, to_id, self.fresh())
        self.run(self.officer(Office.ARBITER), command)

    def block(self) -> None:
        asset_id, match = self.asset_of(self.one_of(BORROWERS), free=False), digest(self.between(1, 3))
        self.run(self.officer(Office.EXAMINER), lien_commands.block_asset(asset_id, match))

    def unblock(self) -> None:
        blocks = self.twin.state.blocks
        asset_id = self.one_of(blocks) if blocks else AssetId.of_receipt(1)
        match = self.one_of([each.match_hash for each in blocks.get(asset_id, ())] or [digest(1)])
        command = lien_commands.resolve_block(asset_id, match, self.wrong(20), self.fresh())
        self.run(self.officer(Office.ARBITER), command)
