// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IAnchors} from "../../../../contracts/interfaces/IAnchors.sol";
import {IAuthority} from "../../../../contracts/interfaces/IAuthority.sol";
import {IBillsOfLading} from "../../../../contracts/interfaces/IBillsOfLading.sol";
import {ICash} from "../../../../contracts/interfaces/ICash.sol";
import {ICouncil} from "../../../../contracts/interfaces/ICouncil.sol";
import {IFacilities} from "../../../../contracts/interfaces/IFacilities.sol";
import {IFinancing} from "../../../../contracts/interfaces/IFinancing.sol";
import {IInstructions} from "../../../../contracts/interfaces/IInstructions.sol";
import {IKeyDesk} from "../../../../contracts/interfaces/IKeyDesk.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {ILienRegistry} from "../../../../contracts/interfaces/ILienRegistry.sol";
import {IModules} from "../../../../contracts/interfaces/IModules.sol";
import {INotes} from "../../../../contracts/interfaces/INotes.sol";
import {IParties} from "../../../../contracts/interfaces/IParties.sol";
import {IPrices} from "../../../../contracts/interfaces/IPrices.sol";
import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {IRegistrarDesk} from "../../../../contracts/interfaces/IRegistrarDesk.sol";
import {ISettlement} from "../../../../contracts/interfaces/ISettlement.sol";
import {IStocks} from "../../../../contracts/interfaces/IStocks.sol";
import {IWarehouse} from "../../../../contracts/interfaces/IWarehouse.sol";
import {ASSET_KIND_BILL, ASSET_KIND_RECEIPT, CurrencyCode, NOBODY, PartyId} from "../../../../contracts/types/Ids.sol";
import {ROLE_CORE_ENTERPRISE, ROLE_FUNDER, ROLE_SUPPLIER} from "../../../../contracts/types/States.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {vm} from "./Vm.sol";

/// @title The consortium that every test starts from
/// @notice Deploys the contracts as a deployment does, gives each administrative role to an account of its own, and
/// registers the parties of a small chain: a debtor, three suppliers and two funders. All suppliers and the first
/// funder have no standing acceptance; a test that wants one says so.
abstract contract LedgerFixture {
    uint40 internal constant START = 1_800_000_000;
    uint40 internal constant MATURITY = START + 90 days;
    CurrencyCode internal constant CNY = CurrencyCode.wrap(156);
    CurrencyCode internal constant EUR = CurrencyCode.wrap(978);
    uint48 internal constant MAX_MINOR = type(uint48).max;

    uint64 internal constant REGISTRAR_ROLE = 1;
    uint64 internal constant BANK_ROLE = 2;
    uint64 internal constant ARBITER_ROLE = 3;
    uint64 internal constant EXAMINER_ROLE = 4;
    uint64 internal constant KEYS_ROLE = 5;
    uint64 internal constant ANCHOR_ROLE = 6;
    uint64 internal constant STANDING_ROLE = 7;
    /// @dev Deployments leave the governor's functions with the administrator; here they are somebody else's.
    uint64 internal constant GOVERNOR_ROLE = 9;

    uint32 internal constant COUNCIL_DELAY_S = 1 days;
    uint32 internal constant COUNCIL_LIFETIME_S = 30 days;

    address internal immutable ADMIN = _account("admin");
    address internal immutable REGISTRAR = _account("registrar");
    address internal immutable BANK = _account("bank");
    address internal immutable ARBITER = _account("arbiter");
    address internal immutable GOVERNOR = _account("governor");
    address internal immutable EXAMINER = _account("examiner");
    address internal immutable ANCHORER = _account("anchorer");
    address internal immutable STRANGER = _account("stranger");

    IAccessManager internal authority;
    ILedger internal ledger;
    ICash internal cash;
    ILienRegistry internal liens;
    IFinancing internal financing;
    ISettlement internal settlement;
    IWarehouse internal warehouse;
    IBillsOfLading internal bills;
    IPrices internal prices;
    IFacilities internal facilities;
    IInstructions internal instructions;
    IKeyDesk internal keyDesk;
    ICouncil internal council;
    IAnchors internal anchors;
    IRegistrarDesk internal registrarDesk;

    PartyId internal debtor;
    PartyId internal supplier;
    PartyId internal second;
    PartyId internal third;
    PartyId internal funder;
    PartyId internal rival;

    /// @dev The first key of a party.
    mapping(PartyId party => address key) internal keyOf;
    uint256 private _freshHashes;

    function setUp() public virtual {
        vm.warp(START);
        _deploy();
        _giveRoles();
        _wire();
        debtor = _register("debtor", ROLE_CORE_ENTERPRISE);
        supplier = _register("supplier", ROLE_SUPPLIER);
        second = _register("second", ROLE_SUPPLIER);
        third = _register("third", ROLE_SUPPLIER);
        funder = _register("funder", ROLE_FUNDER);
        rival = _register("rival", ROLE_FUNDER);
    }

    // ------------------------------------------------------------------------------------------ accounts and hashes

    function _account(string memory name) internal pure returns (address) {
        return address(uint160(uint256(keccak256(bytes(name)))));
    }

    /// @dev A hash that no earlier call returned.
    function _hash() internal returns (bytes32) {
        return keccak256(abi.encode("fresh", ++_freshHashes));
    }

    function _register(string memory name, uint32 roles) internal returns (PartyId party) {
        address key = _account(name);
        vm.label(key, name);
        party = _registerKey(key, roles);
    }

    function _registerKey(address key, uint32 roles) internal returns (PartyId party) {
        address[] memory keys = new address[](1);
        keys[0] = key;
        vm.prank(REGISTRAR);
        party = ledger.registerParty(roles, _hash(), keys);
        keyOf[party] = key;
    }

    function _acceptAll(PartyId party) internal {
        vm.prank(keyOf[party]);
        ledger.setStandingAcceptance(NOBODY, true);
    }

    function _fund(PartyId party, uint256 amountMinor) internal {
        bytes32 deposit = _hash();
        vm.prank(BANK);
        cash.issue(party, CNY, amountMinor, deposit);
    }

    function _balance(PartyId party) internal view returns (uint256) {
        return cash.balanceOf(party, CNY);
    }

    // ----------------------------------------------------------------------------------------------------- refusals

    /// @dev As contract Instructions calls, or whoever would like to be taken for it.
    function _behind(bytes memory callData, address key) internal pure returns (bytes memory) {
        return bytes.concat(callData, bytes20(key));
    }

    /// @dev The call is refused with exactly this error and these values.
    function _refused(address from, address target, bytes memory callData, bytes memory expected) internal {
        _refused(from, target, callData, expected, "refusal");
    }

    function _refused(address from, address target, bytes memory callData, bytes memory expected, string memory why)
        internal
    {
        vm.prank(from);
        (bool done, bytes memory answer) = target.call(callData);
        vm.assertFalse(done, string.concat(why, ": went through"));
        vm.assertEq(answer, expected, why);
    }

    function _onLedger(PartyId from, bytes memory callData, bytes memory expected) internal {
        _refused(keyOf[from], address(ledger), callData, expected);
    }

    // --------------------------------------------------------------------------------------------------- deployment

    function _deploy() private {
        authority = IAccessManager(vm.deployCode("Authority.sol:Authority", abi.encode(ADMIN)));
        ledger = ILedger(vm.deployCode("Ledger.sol:Ledger", abi.encode(authority)));
        cash = ICash(vm.deployCode("Cash.sol:Cash", abi.encode(authority, ledger)));
        liens = ILienRegistry(vm.deployCode("LienRegistry.sol:LienRegistry", abi.encode(authority, ledger)));
        financing = IFinancing(vm.deployCode("Financing.sol:Financing", abi.encode(authority, ledger, cash, liens)));
        warehouse = IWarehouse(vm.deployCode("Warehouse.sol:Warehouse", abi.encode(authority, ledger, liens)));
        bills = IBillsOfLading(
            vm.deployCode("BillsOfLading.sol:BillsOfLading", abi.encode(authority, ledger, liens, warehouse))
        );
        prices = IPrices(vm.deployCode("Prices.sol:Prices", abi.encode(ledger)));
        facilities =
            IFacilities(vm.deployCode("Facilities.sol:Facilities", abi.encode(authority, ledger, cash, liens, prices)));
        settlement = ISettlement(
            vm.deployCode("Settlement.sol:Settlement", abi.encode(ledger, cash, liens, financing, facilities))
        );
        _deployForKeys();
    }

    function _deployForKeys() private {
        instructions = IInstructions(IAuthority(address(authority)).instructions());
        keyDesk = IKeyDesk(vm.deployCode("KeyDesk.sol:KeyDesk", abi.encode(ledger)));
        council = ICouncil(
            vm.deployCode("Council.sol:Council", abi.encode(authority, ledger, COUNCIL_DELAY_S, COUNCIL_LIFETIME_S))
        );
        anchors = IAnchors(vm.deployCode("Anchors.sol:Anchors", abi.encode(authority)));
        registrarDesk =
            IRegistrarDesk(vm.deployCode("RegistrarDesk.sol:RegistrarDesk", abi.encode(authority, ledger, council)));
    }

    function _giveRoles() private {
        vm.startPrank(ADMIN);
        _allow(address(ledger), IParties.registerParty.selector, REGISTRAR_ROLE);
        _giveRolesOverParties();
        _giveRolesOverKeys();
        _allow(address(cash), ICash.issue.selector, BANK_ROLE);
        _allow(address(cash), ICash.attestPayout.selector, BANK_ROLE);
        _allow(address(ledger), INotes.resolveDispute.selector, ARBITER_ROLE);
        _allow(address(ledger), INotes.writeOff.selector, ARBITER_ROLE);
        _allow(address(ledger), IModules.setModule.selector, GOVERNOR_ROLE);
        _allow(address(cash), IModules.setModule.selector, GOVERNOR_ROLE);
        _allow(address(liens), IModules.setModule.selector, GOVERNOR_ROLE);
        _allow(address(financing), IModules.setModule.selector, GOVERNOR_ROLE);
        _allow(address(facilities), IModules.setModule.selector, GOVERNOR_ROLE);
        _allow(address(liens), ILienRegistry.setAssetKind.selector, GOVERNOR_ROLE);
        _giveRolesOverGoods();
        authority.grantRole(REGISTRAR_ROLE, REGISTRAR, 0);
        authority.grantRole(BANK_ROLE, BANK, 0);
        authority.grantRole(ARBITER_ROLE, ARBITER, 0);
        authority.grantRole(GOVERNOR_ROLE, GOVERNOR, 0);
        authority.grantRole(EXAMINER_ROLE, EXAMINER, 0);
        vm.stopPrank();
    }

    /// @dev The registrar has them until the council administers; desk and council have them too.
    function _giveRolesOverParties() private {
        _allow(address(ledger), IParties.setPartyRoles.selector, STANDING_ROLE);
        _allow(address(ledger), IParties.setPartyState.selector, STANDING_ROLE);
        authority.grantRole(STANDING_ROLE, REGISTRAR, 0);
        authority.grantRole(STANDING_ROLE, address(registrarDesk), 0);
        authority.grantRole(STANDING_ROLE, address(council), 0);
        _allow(address(registrarDesk), IRegistrarDesk.suspend.selector, REGISTRAR_ROLE);
    }

    /// @dev The registrar keeps what it could do with keys; desk and council can do the same.
    function _giveRolesOverKeys() private {
        _allow(address(ledger), IParties.addKey.selector, KEYS_ROLE);
        _allow(address(ledger), IParties.removeKey.selector, KEYS_ROLE);
        authority.grantRole(KEYS_ROLE, REGISTRAR, 0);
        authority.grantRole(KEYS_ROLE, address(keyDesk), 0);
        authority.grantRole(KEYS_ROLE, address(council), 0);
        _allow(address(anchors), IAnchors.anchor.selector, ANCHOR_ROLE);
        authority.grantRole(ANCHOR_ROLE, ANCHORER, 0);
        _allow(address(instructions), IInstructions.setRoutes.selector, GOVERNOR_ROLE);
        _allow(address(council), ICouncil.seat.selector, GOVERNOR_ROLE);
    }

    function _giveRolesOverGoods() private {
        _allow(address(liens), ILienRegistry.blockAsset.selector, EXAMINER_ROLE);
        _allow(address(liens), ILienRegistry.resolveBlock.selector, ARBITER_ROLE);
        _allow(address(liens), ILienRegistry.enforceByOrder.selector, ARBITER_ROLE);
        _allow(address(warehouse), IStocks.setAttestationAge.selector, GOVERNOR_ROLE);
        _allow(address(warehouse), IStocks.setExposureCap.selector, GOVERNOR_ROLE);
        _allow(address(warehouse), IReceipts.closeDispute.selector, ARBITER_ROLE);
        _allow(address(warehouse), IReceipts.freeze.selector, ARBITER_ROLE);
        _allow(address(warehouse), IReceipts.unfreeze.selector, ARBITER_ROLE);
        _allow(address(warehouse), IReceipts.forceTransfer.selector, ARBITER_ROLE);
        _allow(address(warehouse), IReceipts.cancel.selector, ARBITER_ROLE);
        _allow(address(bills), IBillsOfLading.freezeBill.selector, ARBITER_ROLE);
        _allow(address(bills), IBillsOfLading.unfreezeBill.selector, ARBITER_ROLE);
        _allow(address(bills), IBillsOfLading.reinstateBill.selector, ARBITER_ROLE);
        _allow(address(bills), IBillsOfLading.forceTransferBill.selector, ARBITER_ROLE);
    }

    function _allow(address target, bytes4 selector, uint64 role) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        authority.setTargetFunctionRole(target, selectors, role);
    }

    function _wire() private {
        vm.startPrank(GOVERNOR);
        ledger.setModule(address(liens), true);
        ledger.setModule(address(financing), true);
        ledger.setModule(address(settlement), true);
        IModules(address(cash)).setModule(address(financing), true);
        IModules(address(cash)).setModule(address(settlement), true);
        IModules(address(cash)).setModule(address(facilities), true);
        IModules(address(liens)).setModule(address(financing), true);
        IModules(address(liens)).setModule(address(settlement), true);
        IModules(address(liens)).setModule(address(facilities), true);
        IModules(address(financing)).setModule(address(settlement), true);
        IModules(address(facilities)).setModule(address(settlement), true);
        liens.setAssetKind(ASSET_KIND_RECEIPT, address(warehouse));
        liens.setAssetKind(ASSET_KIND_BILL, address(bills));
        vm.stopPrank();
    }

    function _unauthorized(address caller) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
    }

    function _notAParty(address key) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParties.NotAParty.selector, key);
    }

    function _panic(uint256 code) internal pure returns (bytes memory) {
        return abi.encodeWithSignature("Panic(uint256)", code);
    }
}
