package main

import (
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	"github.com/cosmos/cosmos-sdk/x/bank"
	"github.com/cosmos/cosmos-sdk/x/consensus"

	"github.com/cosmos/evm/encoding"
	"github.com/cosmos/evm/x/feemarket"
	"github.com/cosmos/evm/x/vm"
)

// encodingFor is the wire format of the modules that this node has, for one EIP-155 chain id.
func encodingFor(evmChainID uint64) encoding.Config {
	config := encoding.MakeConfig(evmChainID)
	modules := module.NewBasicManager(
		auth.AppModuleBasic{}, bank.AppModuleBasic{}, consensus.AppModuleBasic{},
		feemarket.AppModuleBasic{}, vm.AppModuleBasic{},
	)
	modules.RegisterInterfaces(config.InterfaceRegistry)
	modules.RegisterLegacyAminoCodec(config.Amino)
	return config
}
