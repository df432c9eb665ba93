"""Commands in two languages, as in commands: the parts of a lien's life that money_commands does not have."""

from __future__ import annotations

from eth_abi import encode

from counterfoil.domain.ledger import Pledge
from counterfoil.domain.lot import AssetId
from model.commands import Command


def terms_of(agreed: Pledge) -> tuple[object, ...]:
    """A pledge as the contract takes it."""
    return (
        agreed.asset_id.number,
        agreed.pledgee_id,
        agreed.secured_minor,
        agreed.registered_at_s,
        agreed.agreement_hash,
        agreed.registration_hash,
    )


def release_part_of_lot(asset_id: AssetId, kept_minor: int, reason: bytes) -> Command:
    """Returns what the contract returns: the lot kept and the lot freed."""
    return Command(
        name="release_part",
        contract="LienRegistry",
        function="releasePart",
        args=(asset_id.number, encode(["uint48"], [kept_minor]), reason),
        apply=lambda ledger, call: ledger.liens.release_part(
            call, asset_id=asset_id, how=kept_minor, reason_hash=reason
        ),
    )


def propose_substitute(asset_id: AssetId, replacement_id: AssetId) -> Command:
    return Command(
        name="propose_substitute",
        contract="LienRegistry",
        function="proposeSubstitute",
        args=(asset_id.number, replacement_id.number),
        apply=lambda ledger, call: ledger.liens.propose_substitute(
            call, asset_id=asset_id, replacement_id=replacement_id
        ),
    )


def accept_substitute(asset_id: AssetId, agreed: Pledge) -> Command:
    return Command(
        name="accept_substitute",
        contract="LienRegistry",
        function="acceptSubstitute",
        args=(asset_id.number, terms_of(agreed)),
        apply=lambda ledger, call: ledger.liens.accept_substitute(call, asset_id=asset_id, agreed=agreed),
    )


def transfer_pledge(agreed: Pledge) -> Command:
    return Command(
        name="transfer_pledge",
        contract="LienRegistry",
        function="transferPledge",
        args=(terms_of(agreed),),
        apply=lambda ledger, call: ledger.liens.transfer_pledge(call, agreed),
    )


def enforce_by_order(asset_id: AssetId, to_id: int, order: bytes) -> Command:
    return Command(
        name="enforce_by_order",
        contract="LienRegistry",
        function="enforceByOrder",
        args=(asset_id.number, to_id, order),
        apply=lambda ledger, call: ledger.liens.enforce_by_order(
            call, asset_id=asset_id, to_id=to_id, order_hash=order
        ),
    )


def block_asset(asset_id: AssetId, match: bytes) -> Command:
    return Command(
        name="block_asset",
        contract="LienRegistry",
        function="blockAsset",
        args=(asset_id.number, match),
        apply=lambda ledger, call: ledger.liens.block_asset(call, asset_id=asset_id, match_hash=match),
    )


def resolve_block(asset_id: AssetId, match: bytes, upheld: bool, reason: bytes) -> Command:
    return Command(
        name="resolve_block",
        contract="LienRegistry",
        function="resolveBlock",
        args=(asset_id.number, match, upheld, reason),
        apply=lambda ledger, call: ledger.liens.resolve_block(
            call, asset_id=asset_id, match_hash=match, upheld=upheld, reason_hash=reason
        ),
    )
