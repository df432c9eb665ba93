package consortium

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/grpc-ecosystem/grpc-gateway/runtime"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
)

var (
	_ appmodule.AppModule    = Module{}
	_ module.HasABCIGenesis  = Module{}
	_ module.HasABCIEndBlock = Module{}
)

// Module hooks the consortium into the chain's start and the end of each block.
type Module struct {
	keeper *Keeper
}

// NewModule wraps keeper.
func NewModule(keeper *Keeper) Module {
	return Module{keeper: keeper}
}

// IsAppModule and IsOnePerModuleType mark the type for the module manager.
func (Module) IsAppModule() {}

// IsOnePerModuleType says that a program holds one consortium.
func (Module) IsOnePerModuleType() {}

// Name is the module's name in genesis.
func (Module) Name() string { return ModuleName }

// RegisterLegacyAminoCodec does nothing: votes are Ethereum transactions.
func (Module) RegisterLegacyAminoCodec(*codec.LegacyAmino) {}

// RegisterInterfaces does nothing: votes are Ethereum transactions.
func (Module) RegisterInterfaces(types.InterfaceRegistry) {}

// RegisterGRPCGatewayRoutes does nothing: members read the list through the contract.
func (Module) RegisterGRPCGatewayRoutes(client.Context, *runtime.ServeMux) {}

// DefaultGenesis has no validators and is therefore not valid as it is.
func (Module) DefaultGenesis(codec.JSONCodec) json.RawMessage { return mustJSON(Genesis{}) }

// ValidateGenesis refuses what Genesis.Validate refuses.
func (Module) ValidateGenesis(_ codec.JSONCodec, _ client.TxEncodingConfig, encoded json.RawMessage) error {
	genesis, err := readGenesis(encoded)
	if err != nil {
		return err
	}
	return genesis.Validate()
}

func readGenesis(encoded json.RawMessage) (Genesis, error) {
	var genesis Genesis
	if err := json.Unmarshal(encoded, &genesis); err != nil {
		return Genesis{}, fmt.Errorf("reading the genesis file's part %q: %w", ModuleName, err)
	}
	return genesis, nil
}

// InitGenesis gives consensus its first validators.
func (m Module) InitGenesis(ctx sdk.Context, _ codec.JSONCodec, encoded json.RawMessage) []abci.ValidatorUpdate {
	genesis, err := readGenesis(encoded)
	if err == nil {
		err = genesis.Validate()
	}
	if err != nil {
		panic(err)
	}
	return m.keeper.InitGenesis(ctx, genesis)
}

// ExportGenesis writes the validators that are active now.
func (m Module) ExportGenesis(ctx sdk.Context, _ codec.JSONCodec) json.RawMessage {
	return mustJSON(Genesis{Validators: active(m.keeper.Validators(ctx))})
}

// EndBlock hands consensus the changes that were decided in this block.
func (m Module) EndBlock(ctx context.Context) ([]abci.ValidatorUpdate, error) {
	return m.keeper.EndBlock(sdk.UnwrapSDKContext(ctx)), nil
}
