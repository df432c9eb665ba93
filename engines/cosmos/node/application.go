// Package node puts the parts of a consortium's validator together: CometBFT's consensus, an EVM, and the consortium's
// list of validators. It leaves out what a public chain has beside them: stake, rewards, inflation, bridges and their
// messages. Only Ethereum transactions are taken, at no fee.
package node

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cast"

	evmante "github.com/cosmos/evm/ante"
	evmencoding "github.com/cosmos/evm/encoding"
	evmaddress "github.com/cosmos/evm/encoding/address"
	evmmempool "github.com/cosmos/evm/mempool"
	srvflags "github.com/cosmos/evm/server/flags"
	"github.com/cosmos/evm/x/feemarket"
	feemarketkeeper "github.com/cosmos/evm/x/feemarket/keeper"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmmodule "github.com/cosmos/evm/x/vm"
	evmkeeper "github.com/cosmos/evm/x/vm/keeper"
	vmrunner "github.com/cosmos/evm/x/vm/runner"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"cosmossdk.io/log/v2"

	"counterfoil.local/engines/cosmos/consortium"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/baseapp/txnrunner"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmempool "github.com/cosmos/cosmos-sdk/types/mempool"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/bank"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
)

const (
	// Name is the program's name in logs and to its peers.
	Name = "counterfoil-node"
	// Denomination is the unit that the EVM counts fees in. There is none of it: fees are zero.
	Denomination = "aunit"
)

// Application is the state machine that consensus drives.
type Application struct {
	*baseapp.BaseApp

	encoding  evmencoding.Config
	keys      map[string]*storetypes.KVStoreKey
	objects   map[string]*storetypes.ObjectStoreKey
	manager   *module.Manager
	accounts  authkeeper.AccountKeeper
	bank      bankkeeper.BaseKeeper
	consensus consensuskeeper.Keeper
	fees      feemarketkeeper.Keeper
	evm       *evmkeeper.Keeper
	members   *consortium.Keeper

	mempool          *evmmempool.Mempool
	pendingListeners []evmante.PendingTxListener
}

// NewApplication builds the state machine over db and loads its last block.
func NewApplication(
	logger log.Logger, db dbm.DB, options servertypes.AppOptions, baseOptions ...func(*baseapp.BaseApp),
) (*Application, error) {
	encoding := evmencoding.MakeConfig(cast.ToUint64(options.Get(srvflags.EVMChainID)))
	// The next block is carried out while its votes travel, which takes execution out of the time between blocks.
	baseOptions = append(baseOptions, baseapp.SetOptimisticExecution())
	base := baseapp.NewBaseApp(Name, logger, db, encoding.TxConfig.TxDecoder(), baseOptions...)
	base.SetInterfaceRegistry(encoding.InterfaceRegistry)
	base.SetTxEncoder(encoding.TxConfig.TxEncoder())

	app := &Application{
		BaseApp:  base,
		encoding: encoding,
		keys: storetypes.NewKVStoreKeys(
			authtypes.StoreKey, banktypes.StoreKey, consensustypes.StoreKey,
			evmtypes.StoreKey, feemarkettypes.StoreKey, consortium.StoreKey,
		),
		objects: storetypes.NewObjectStoreKeys(evmtypes.ObjectKey),
	}
	if err := app.makeKeepers(options); err != nil {
		return nil, err
	}
	vmModule, err := app.makeModules()
	if err != nil {
		return nil, err
	}
	app.MountKVStores(app.keys)
	app.MountObjectStores(app.objects)
	app.SetInitChainer(app.initChain)
	app.SetPreBlocker(app.manager.PreBlock)
	app.SetBeginBlocker(app.manager.BeginBlock)
	app.SetEndBlocker(app.manager.EndBlock)
	app.SetAnteHandler(app.makeAnteHandler(cast.ToUint64(options.Get(srvflags.EVMMaxTxGasWanted))))
	app.makeMempool(options, logger)
	app.SetProcessProposal(app.processProposal)
	app.SetIDPeerFilter(newPeerFilter(filepath.Join(cast.ToString(options.Get(flags.FlagHome)), "config", "peers")))
	vmrunner.SetRunner(base, txnrunner.NewDefaultRunner(encoding.TxConfig.TxDecoder()))

	if err := app.LoadLatestVersion(); err != nil {
		return nil, fmt.Errorf("loading the last block's state: %w", err)
	}
	vmModule.HydrateGlobals(app.NewContextLegacy(true, cmtproto.Header{Height: app.LastBlockHeight(), ChainID: app.ChainID()}))
	return app, nil
}

func (app *Application) makeKeepers(options servertypes.AppOptions) error {
	codec := app.encoding.Codec
	accountCodec := evmaddress.NewEvmCodec(sdk.GetConfig().GetBech32AccountAddrPrefix())
	operatorCodec := evmaddress.NewEvmCodec(sdk.GetConfig().GetBech32ValidatorAddrPrefix())
	// No account holds the consortium's authority: parameters change by vote only.
	authority := authtypes.NewModuleAddress(consortium.ModuleName)
	authorityName := authority.String()

	app.consensus = consensuskeeper.NewKeeper(
		codec, runtime.NewKVStoreService(app.keys[consensustypes.StoreKey]), authorityName, runtime.EventService{},
	)
	app.SetParamStore(app.consensus.ParamsStore)
	app.accounts = authkeeper.NewAccountKeeper(
		codec, runtime.NewKVStoreService(app.keys[authtypes.StoreKey]), authtypes.ProtoBaseAccount,
		map[string][]string{
			authtypes.FeeCollectorName: nil,
			evmtypes.ModuleName:        {authtypes.Minter, authtypes.Burner},
			feemarkettypes.ModuleName:  nil,
		},
		accountCodec, sdk.GetConfig().GetBech32AccountAddrPrefix(), authorityName,
	)
	app.bank = bankkeeper.NewBaseKeeper(
		codec, runtime.NewKVStoreService(app.keys[banktypes.StoreKey]), app.accounts, nil, authorityName, app.Logger(),
	)
	app.fees = feemarketkeeper.NewKeeper(codec, authority, app.keys[feemarkettypes.StoreKey])
	app.members = consortium.NewKeeper(app.keys[consortium.StoreKey], operatorCodec, Denomination)

	var stores []storetypes.StoreKey
	for _, key := range app.keys {
		stores = append(stores, key)
	}
	for _, key := range app.objects {
		stores = append(stores, key)
	}
	app.evm = evmkeeper.NewKeeper(
		codec, app.keys[evmtypes.StoreKey], app.objects[evmtypes.ObjectKey], stores, authority,
		app.accounts, app.bank, app.members, app.fees, &app.consensus, nil,
		cast.ToUint64(options.Get(srvflags.EVMChainID)), cast.ToString(options.Get(srvflags.EVMTracer)),
	)
	contract, err := consortium.NewContract(app.members)
	if err != nil {
		return err
	}
	precompiles := map[common.Address]vm.PrecompiledContract{contract.Address(): contract}
	for _, address := range vm.PrecompiledAddressesPrague {
		precompiles[address] = vm.PrecompiledContractsPrague[address]
	}
	app.evm.WithStaticPrecompiles(precompiles)
	app.members.SetDeployerPolicy(app.evm)
	return nil
}

func (app *Application) makeModules() (evmmodule.AppModule, error) {
	codec := app.encoding.Codec
	vmModule := evmmodule.NewAppModule(app.evm, app.accounts, app.bank, app.accounts.AddressCodec())
	app.manager = module.NewManager(
		auth.NewAppModule(codec, app.accounts, nil, nil),
		bank.NewAppModule(codec, app.bank, app.accounts, nil),
		consensus.NewAppModule(codec, app.consensus),
		feemarket.NewAppModule(app.fees),
		vmModule,
		consortium.NewModule(app.members),
	)
	app.manager.SetOrderPreBlockers(authtypes.ModuleName, evmtypes.ModuleName)
	order := []string{
		authtypes.ModuleName, banktypes.ModuleName, consensustypes.ModuleName,
		feemarkettypes.ModuleName, evmtypes.ModuleName, consortium.ModuleName,
	}
	app.manager.SetOrderBeginBlockers(order...)
	app.manager.SetOrderInitGenesis(order...)
	// The fee market counts the block's gas and therefore comes last.
	app.manager.SetOrderEndBlockers(
		authtypes.ModuleName, banktypes.ModuleName, consensustypes.ModuleName,
		evmtypes.ModuleName, consortium.ModuleName, feemarkettypes.ModuleName,
	)
	app.manager.RegisterInterfaces(app.encoding.InterfaceRegistry)
	configurator := module.NewConfigurator(codec, app.MsgServiceRouter(), app.GRPCQueryRouter())
	if err := app.manager.RegisterServices(configurator); err != nil {
		return evmmodule.AppModule{}, fmt.Errorf("registering the modules' services: %w", err)
	}
	return vmModule, nil
}

func (app *Application) initChain(ctx sdk.Context, request *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var genesis map[string]json.RawMessage
	if err := json.Unmarshal(request.AppStateBytes, &genesis); err != nil {
		return nil, fmt.Errorf("reading the genesis file's app_state: %w", err)
	}
	return app.manager.InitGenesis(ctx, app.encoding.Codec, genesis)
}

// RegisterPendingTxListener adds a listener for transactions that enter the pool.
func (app *Application) RegisterPendingTxListener(listener func(common.Hash)) {
	app.pendingListeners = append(app.pendingListeners, listener)
}

func (app *Application) onPendingTx(hash common.Hash) {
	for _, listener := range app.pendingListeners {
		listener(hash)
	}
}

// GetMempool hands the pool to the JSON-RPC server.
func (app *Application) GetMempool() sdkmempool.ExtMempool { return app.mempool }

// RegisterAPIRoutes does nothing: members use JSON-RPC.
func (app *Application) RegisterAPIRoutes(*api.Server, config.APIConfig) {}

// RegisterTxService lets JSON-RPC find transactions by query.
func (app *Application) RegisterTxService(client client.Context) {
	authtx.RegisterTxService(app.GRPCQueryRouter(), client, app.Simulate, app.encoding.InterfaceRegistry)
}

// RegisterTendermintService lets JSON-RPC ask consensus.
func (app *Application) RegisterTendermintService(client client.Context) {
	cmtservice.RegisterTendermintService(client, app.GRPCQueryRouter(), app.encoding.InterfaceRegistry, app.Query)
}

// RegisterNodeService lets JSON-RPC ask the node's settings.
func (app *Application) RegisterNodeService(client client.Context, settings config.Config) {
	nodeservice.RegisterNodeService(client, app.GRPCQueryRouter(), settings, func() int64 {
		return app.CommitMultiStore().EarliestVersion()
	})
}

// Close stops the pool before the stores under it.
func (app *Application) Close() error {
	var err error
	if app.mempool != nil {
		err = app.mempool.Close()
		app.mempool = nil
	}
	if closeErr := app.BaseApp.Close(); closeErr != nil && err == nil {
		err = closeErr
	}
	return err
}
