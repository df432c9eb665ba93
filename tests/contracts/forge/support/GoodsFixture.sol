// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../../contracts/interfaces/ILienRegistry.sol";
import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {
    AssetId,
    CurrencyCode,
    NOBODY,
    PartyId,
    ReceiptId,
    StockId,
    assetOfReceipt
} from "../../../../contracts/types/Ids.sol";
import {
    ROLE_CARRIER,
    ROLE_INSPECTOR,
    ROLE_KEEPER,
    ROLE_PRICE_SOURCE,
    ReceiptState
} from "../../../../contracts/types/States.sol";
import {NoteFixture} from "./NoteFixture.sol";
import {vm} from "./Vm.sol";

/// @title Goods in a warehouse, in whatever state a test wants to start from
/// @notice Two keepers, two inspectors, two carriers and a price source beside the parties of the ledger. The first keeper
/// has one stock of steel, counted at START. `second`, `third` and both funders accept title in advance; the supplier, who
/// deposits, does not. The fixture remembers which lots lie behind a receipt, since the contract keeps them by key only.
abstract contract GoodsFixture is NoteFixture {
    bytes32 internal constant STEEL = keccak256("steel coil Q235B in tonnes");
    bytes32 internal constant COPPER = keccak256("copper cathode in tonnes");
    bytes32 internal constant SITE = keccak256("Tianjin, shed 4");
    bytes32 internal constant OTHER_SITE = keccak256("Ningbo, yard 2");
    uint8 internal constant DECIMALS = 3;
    uint32 internal constant ATTESTATION_AGE = 30 days;
    uint64 internal constant ATTESTED = 1_000_000;
    uint96 internal constant CAP = 1e15;

    bytes32 internal constant SEAL_TYPE =
        keccak256("KeeperSeal(string act,uint64 receipt,uint16 sequence,uint24 to,bytes32 terms,uint40 deadline)");

    PartyId internal keeper;
    PartyId internal otherKeeper;
    PartyId internal inspector;
    PartyId internal otherInspector;
    PartyId internal carrier;
    PartyId internal otherCarrier;
    PartyId internal priceSource;

    /// @dev The first keeper's steel at the first site.
    StockId internal stock;

    /// @dev The private key of the party's first key, for parties of this fixture.
    mapping(PartyId party => uint256 privateKey) internal signerOf;
    mapping(ReceiptId receipt => IReceipts.PhysicalLot[] lots) internal lotsOf;

    function setUp() public virtual override {
        super.setUp();
        keeper = _registerSigner("keeper", ROLE_KEEPER);
        otherKeeper = _registerSigner("other keeper", ROLE_KEEPER);
        inspector = _registerSigner("inspector", ROLE_INSPECTOR);
        otherInspector = _registerSigner("other inspector", ROLE_INSPECTOR);
        carrier = _registerSigner("carrier", ROLE_CARRIER);
        otherCarrier = _registerSigner("other carrier", ROLE_CARRIER);
        priceSource = _registerSigner("price source", ROLE_PRICE_SOURCE);
        vm.startPrank(GOVERNOR);
        warehouse.setAttestationAge(ATTESTATION_AGE);
        warehouse.setExposureCap(keeper, CNY, CAP);
        warehouse.setExposureCap(otherKeeper, CNY, CAP);
        vm.stopPrank();
        _acceptAll(second);
        _acceptAll(third);
        _acceptAll(funder);
        _acceptAll(rival);
        stock = _openStock(keeper, SITE, STEEL);
        _attest(stock, ATTESTED);
    }

    function _registerSigner(string memory name, uint32 roles) internal returns (PartyId party) {
        uint256 privateKey = uint256(keccak256(bytes(name)));
        address key = vm.addr(privateKey);
        vm.label(key, name);
        party = _registerKey(key, roles);
        signerOf[party] = privateKey;
    }

    function _onWarehouse(PartyId from, bytes memory callData, bytes memory expected) internal {
        _refused(keyOf[from], address(warehouse), callData, expected);
    }

    function _onLiens(PartyId from, bytes memory callData, bytes memory expected) internal {
        _refused(keyOf[from], address(liens), callData, expected);
    }

    // ------------------------------------------------------------------------------------------------------- stocks

    function _openStock(PartyId owner, bytes32 site, bytes32 good) internal returns (StockId) {
        vm.prank(keyOf[owner]);
        return warehouse.openStock(site, good, DECIMALS);
    }

    function _attest(StockId counted, uint64 quantity) internal {
        bytes32 evidence = _hash();
        vm.prank(keyOf[inspector]);
        warehouse.attestStock(counted, quantity, evidence);
    }

    function _exposure(PartyId owner) internal view returns (uint256 exposureMinor) {
        (exposureMinor,) = warehouse.exposureOf(owner, CNY);
    }

    // --------------------------------------------------------------------------------------------------------- lots

    /// @dev A lot that no earlier call returned.
    function _physicalLot(uint64 quantity) internal returns (IReceipts.PhysicalLot memory) {
        return IReceipts.PhysicalLot({key: _hash(), quantity: quantity});
    }

    function _physicalLots(uint256 count, uint64 each) internal returns (IReceipts.PhysicalLot[] memory lots) {
        lots = new IReceipts.PhysicalLot[](count);
        for (uint256 i = 0; i < count; ++i) {
            lots[i] = _physicalLot(each);
        }
    }

    /// @dev The keys of the lots behind a receipt, as far as this fixture's helpers moved them.
    function _keysOf(ReceiptId receipt) internal view returns (bytes32[] memory keys) {
        IReceipts.PhysicalLot[] storage lots = lotsOf[receipt];
        keys = new bytes32[](lots.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            keys[i] = lots[i].key;
        }
    }

    /// @dev The first keys of the receipt.
    function _firstKeys(ReceiptId receipt, uint256 count) internal view returns (bytes32[] memory keys) {
        keys = _keysOf(receipt);
        assembly ("memory-safe") {
            mstore(keys, count)
        }
    }

    function _oneKey(bytes32 key) internal pure returns (bytes32[] memory keys) {
        keys = new bytes32[](1);
        keys[0] = key;
    }

    function _backs(bytes32 key) internal view returns (ReceiptId receipt) {
        (receipt,) = warehouse.lotBehind(key);
    }

    // ----------------------------------------------------------------------------------------------------- receipts

    /// @dev The first keeper's draft for the supplier, over its steel, with consent to pledges.
    function _draftTerms(IReceipts.PhysicalLot[] memory lots, uint48 valueMinor)
        internal
        view
        returns (IReceipts.DraftTerms memory)
    {
        return IReceipts.DraftTerms({
            stock: stock,
            depositor: supplier,
            currency: CNY,
            valueMinor: valueMinor,
            pledgeConsent: true,
            detailRoot: keccak256("detail"),
            lots: lots
        });
    }

    function _draftAs(PartyId actor, IReceipts.DraftTerms memory terms) internal returns (ReceiptId receipt) {
        vm.prank(keyOf[actor]);
        receipt = warehouse.draft(terms);
        for (uint256 i = 0; i < terms.lots.length; ++i) {
            lotsOf[receipt].push(terms.lots[i]);
        }
    }

    /// @dev Over so many fresh lots of the quantity each, worth one minor unit a unit of quantity.
    function _drafted(uint256 count, uint64 each) internal returns (ReceiptId) {
        return _draftAs(keeper, _draftTerms(_physicalLots(count, each), uint48(count * each)));
    }

    function _attestReceipt(ReceiptId receipt) internal {
        bytes32 evidence = _hash();
        vm.prank(keyOf[inspector]);
        warehouse.attestReceipt(receipt, evidence);
    }

    function _issue(ReceiptId receipt) internal {
        _attestReceipt(receipt);
        vm.prank(keyOf[warehouse.receiptOf(receipt).keeper]);
        warehouse.issue(receipt);
    }

    /// @dev Held by the supplier.
    function _issued(uint256 count, uint64 each) internal returns (ReceiptId receipt) {
        receipt = _drafted(count, each);
        _issue(receipt);
    }

    /// @dev A receipt over so many lots in the state. Frozen: from Issued. Disputed: by its holder.
    function _receiptIn(ReceiptState state, uint256 count, uint64 each) internal returns (ReceiptId receipt) {
        if (state == ReceiptState.None) return ReceiptId.wrap(warehouse.receiptCount() + 1);
        receipt = _drafted(count, each);
        if (state == ReceiptState.Draft) return receipt;
        _issue(receipt);
        if (state == ReceiptState.Pledged) _pledgeAsset(supplier, assetOfReceipt(receipt), funder, uint48(each));
        if (state == ReceiptState.Released || state == ReceiptState.Delivered) _orderDelivery(receipt);
        if (state == ReceiptState.Delivered) _deliver(receipt);
        if (state == ReceiptState.Cancelled) _cancel(receipt);
        if (state == ReceiptState.Disputed) _disputeReceipt(supplier, receipt);
        if (state == ReceiptState.Frozen) _freeze(receipt);
        vm.assertEq(uint256(_stateOf(receipt)), uint256(state), "state asked for");
    }

    function _orderDelivery(ReceiptId receipt) internal {
        bytes32 order = _hash();
        vm.prank(keyOf[warehouse.receiptOf(receipt).holder]);
        warehouse.orderDelivery(receipt, order);
    }

    function _deliver(ReceiptId receipt) internal {
        bytes32 handover = _hash();
        vm.prank(keyOf[warehouse.receiptOf(receipt).keeper]);
        warehouse.deliver(receipt, _keysOf(receipt), handover);
    }

    function _cancel(ReceiptId receipt) internal {
        bytes32 order = _hash();
        vm.prank(ARBITER);
        warehouse.cancel(receipt, _keysOf(receipt), order);
    }

    function _disputeReceipt(PartyId by, ReceiptId receipt) internal {
        bytes32 evidence = _hash();
        vm.prank(keyOf[by]);
        warehouse.dispute(receipt, evidence);
    }

    function _freeze(ReceiptId receipt) internal {
        bytes32 order = _hash();
        vm.prank(ARBITER);
        warehouse.freeze(receipt, order);
    }

    function _unfreeze(ReceiptId receipt) internal {
        bytes32 order = _hash();
        vm.prank(ARBITER);
        warehouse.unfreeze(receipt, order);
    }

    function _forceTransfer(ReceiptId receipt, PartyId to) internal {
        bytes32 order = _hash();
        vm.prank(ARBITER);
        warehouse.forceTransfer(receipt, to, order);
    }

    function _stateOf(ReceiptId receipt) internal view returns (ReceiptState) {
        return warehouse.receiptOf(receipt).state;
    }

    function _holderOf(ReceiptId receipt) internal view returns (PartyId) {
        return warehouse.receiptOf(receipt).holder;
    }

    // ------------------------------------------------------------------------------------------------ keeper's seals

    /// @dev Reckoned here from the EIP-712 text alone, so that a contract that signs something else is found out.
    function _sealDigest(
        string memory act,
        ReceiptId receipt,
        uint16 sequence,
        PartyId to,
        bytes32 terms,
        uint40 deadline
    ) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Counterfoil Warehouse"),
                keccak256("1"),
                block.chainid,
                address(warehouse)
            )
        );
        bytes32 content =
            keccak256(abi.encode(SEAL_TYPE, keccak256(bytes(act)), receipt, sequence, to, terms, deadline));
        return keccak256(abi.encodePacked(hex"1901", domain, content));
    }

    function _signature(PartyId signer, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerOf[signer], digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The keeper's seal for the receipt's next act, good for an hour.
    function _seal(string memory act, ReceiptId receipt, PartyId to, bytes32 terms)
        internal
        view
        returns (IReceipts.Seal memory)
    {
        IReceipts.ReceiptView memory current = warehouse.receiptOf(receipt);
        return _sealBy(current.keeper, act, receipt, to, terms);
    }

    function _sealBy(PartyId signer, string memory act, ReceiptId receipt, PartyId to, bytes32 terms)
        internal
        view
        returns (IReceipts.Seal memory seal)
    {
        uint16 sequence = warehouse.receiptOf(receipt).sequence;
        seal.deadline = uint40(block.timestamp + 1 hours);
        seal.signature = _signature(signer, _sealDigest(act, receipt, sequence, to, terms, seal.deadline));
    }

    function _transferSeal(ReceiptId receipt, PartyId to, bytes32 background)
        internal
        view
        returns (IReceipts.Seal memory)
    {
        return _seal("transfer", receipt, to, background);
    }

    function _splitSeal(ReceiptId receipt, IReceipts.Part[] memory parts, bytes32 remainderRoot)
        internal
        view
        returns (IReceipts.Seal memory)
    {
        return _seal("split", receipt, NOBODY, keccak256(abi.encode(parts, remainderRoot)));
    }

    function _mergeSeal(ReceiptId receipt, IReceipts.Source[] memory sources, bytes32 detailRoot)
        internal
        view
        returns (IReceipts.Seal memory)
    {
        return _seal("merge", receipt, NOBODY, keccak256(abi.encode(sources, detailRoot)));
    }

    /// @dev By its holder, sealed.
    function _transfer(ReceiptId receipt, PartyId to) internal {
        bytes32 background = _hash();
        IReceipts.Seal memory seal = _transferSeal(receipt, to, background);
        vm.prank(keyOf[_holderOf(receipt)]);
        warehouse.transfer(receipt, to, background, seal);
    }

    function _part(bytes32[] memory keys) internal returns (IReceipts.Part memory) {
        return IReceipts.Part({detailRoot: _hash(), lots: keys});
    }

    function _onePart(bytes32[] memory keys) internal returns (IReceipts.Part[] memory parts) {
        parts = new IReceipts.Part[](1);
        parts[0] = _part(keys);
    }

    /// @dev By its holder, sealed. Cuts the receipt's first lots off as one part.
    function _splitOff(ReceiptId receipt, uint256 count) internal returns (ReceiptId part) {
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, count));
        bytes32 remainderRoot = _hash();
        IReceipts.Seal memory seal = _splitSeal(receipt, parts, remainderRoot);
        vm.prank(keyOf[_holderOf(receipt)]);
        part = warehouse.split(receipt, parts, remainderRoot, seal);
        _lotsMoved(receipt, part, count);
    }

    /// @dev What `releasePart` of the lien registry takes for a receipt: its first lots as the part.
    function _divideTerms(ReceiptId receipt, uint256 count) internal returns (bytes memory) {
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, count));
        bytes32 remainderRoot = _hash();
        return abi.encode(parts[0], remainderRoot, _splitSeal(receipt, parts, remainderRoot));
    }

    function _source(ReceiptId receipt) internal view returns (IReceipts.Source memory) {
        return IReceipts.Source({receipt: receipt, lots: _keysOf(receipt)});
    }

    function _oneSource(ReceiptId receipt) internal view returns (IReceipts.Source[] memory sources) {
        sources = new IReceipts.Source[](1);
        sources[0] = _source(receipt);
    }

    /// @dev By its holder, sealed.
    function _merge(ReceiptId receipt, ReceiptId source) internal {
        IReceipts.Source[] memory sources = _oneSource(source);
        bytes32 detailRoot = _hash();
        IReceipts.Seal memory seal = _mergeSeal(receipt, sources, detailRoot);
        vm.prank(keyOf[_holderOf(receipt)]);
        warehouse.merge(receipt, sources, detailRoot, seal);
        _lotsMoved(source, receipt, lotsOf[source].length);
    }

    /// @dev Remembers that the first lots of one receipt lie behind another now.
    function _lotsMoved(ReceiptId from, ReceiptId to, uint256 count) internal {
        IReceipts.PhysicalLot[] memory lots = lotsOf[from];
        delete lotsOf[from];
        for (uint256 i = 0; i < lots.length; ++i) {
            lotsOf[i < count ? to : from].push(lots[i]);
        }
    }

    // ------------------------------------------------------------------------------------------------------- pledges

    /// @dev An issued receipt of the supplier, pledged to the funder for a claim outside the ledger.
    function _pledgedReceipt(uint256 count, uint64 each) internal returns (ReceiptId) {
        return _receiptIn(ReceiptState.Pledged, count, each);
    }

    function _lienOf(ReceiptId receipt) internal view returns (ILienRegistry.Lien memory) {
        return liens.lienOf(assetOfReceipt(receipt));
    }

    function _block(AssetId asset, bytes32 matchHash) internal {
        vm.prank(EXAMINER);
        liens.blockAsset(asset, matchHash);
    }

    function _resolve(AssetId asset, bytes32 matchHash, bool upheld) internal {
        bytes32 reason = _hash();
        vm.prank(ARBITER);
        liens.resolveBlock(asset, matchHash, upheld, reason);
    }
}
