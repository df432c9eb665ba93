// Package validator runs Kaia's consensus node with this project's own choices at two places where Kaia offers none: when a
// validator begins its next block, and whether it fills one that is not its own to propose.
package validator

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/kaiachain/kaia/cmd/utils"
	"github.com/kaiachain/kaia/common"
	"github.com/kaiachain/kaia/consensus"
	"github.com/kaiachain/kaia/crypto"
	"github.com/kaiachain/kaia/node"
	"github.com/kaiachain/kaia/node/cn"
	"github.com/kaiachain/kaia/work"
	"github.com/urfave/cli/v2"
)

// Run starts a validator as Kaia's own program does, lets change alter its builder of blocks before it begins, and returns
// when the node stops. Accounts are not opened: a validator of a consortium holds none.
func Run(ctx *cli.Context, change func(builder *Builder) error) error {
	stack, settings := utils.MakeConfigNode(ctx)
	err := stack.Register(func(services *node.ServiceContext) (node.Service, error) {
		settings.CN.WsEndpoint = stack.WSEndpoint()
		service, err := cn.New(services, &settings.CN)
		if err != nil {
			return nil, err
		}
		builder, err := builderOf(service, crypto.PubkeyToAddress(settings.Node.NodeKey().PublicKey))
		if err != nil {
			return nil, err
		}
		return service, change(builder)
	})
	if err != nil {
		return err
	}
	utils.StartNode(stack)
	var service *cn.CN
	if err := stack.Service(&service); err != nil {
		return err
	}
	if err := service.StartMining(false); err != nil {
		return err
	}
	stack.Wait()
	return nil
}

// Builder is what a validator makes its blocks with. Its parts can be replaced until it begins.
type Builder struct {
	// Self is the validator's own address.
	Self common.Address
	// Engine is asked for each block's header and told of each new head.
	Engine *consensus.Engine
	// Backend gives the transactions that a block is filled with.
	Backend *work.Backend
	// Chain is read for who proposed the last blocks.
	Chain Chain
}

// builderOf finds the builder's parts, which are private to Kaia. It refuses a version that keeps them otherwise.
func builderOf(service *cn.CN, self common.Address) (*Builder, error) {
	worker := reflect.ValueOf(service.Miner())
	if worker.Kind() != reflect.Pointer {
		return nil, fmt.Errorf("the validator has no builder of blocks but a %s", worker.Kind())
	}
	worker = worker.Elem().FieldByName("worker")
	if !worker.IsValid() || worker.Kind() != reflect.Pointer {
		return nil, errors.New("this version's builder of blocks has no worker")
	}
	engine, err := part[consensus.Engine](worker.Elem(), "engine")
	if err != nil {
		return nil, err
	}
	backend, err := part[work.Backend](worker.Elem(), "backend")
	if err != nil {
		return nil, err
	}
	return &Builder{Self: self, Engine: engine, Backend: backend, Chain: service.BlockChain()}, nil
}

func part[T any](owner reflect.Value, name string) (*T, error) {
	field := owner.FieldByName(name)
	if !field.IsValid() || field.Type() != reflect.TypeFor[T]() {
		return nil, fmt.Errorf("this version's builder of blocks has no %s of the type %s", name, reflect.TypeFor[T]())
	}
	// The same memory without the mark that makes it private.
	return (*T)(unsafe.Pointer(field.UnsafeAddr())), nil
}
