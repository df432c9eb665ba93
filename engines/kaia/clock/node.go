package clock

import (
	"time"

	"github.com/kaiachain/kaia/cmd/utils"
	"github.com/kaiachain/kaia/node"
	"github.com/kaiachain/kaia/node/cn"
	"github.com/urfave/cli/v2"
)

// RunNode runs a validator as nodecmd.RunKaiaNode does, with its blocks dated by the clock; it returns when the node stops.
// Keys of accounts are not opened: a validator of ours holds none.
func RunNode(ctx *cli.Context, clock *Clock, pause time.Duration) error {
	Prepare()
	stack, settings := utils.MakeConfigNode(ctx)
	err := stack.Register(func(services *node.ServiceContext) (node.Service, error) {
		settings.CN.WsEndpoint = stack.WSEndpoint()
		validator, err := cn.New(services, &settings.CN)
		if err != nil {
			return nil, err
		}
		return validator, Install(validator, clock, pause)
	})
	if err != nil {
		return err
	}
	utils.StartNode(stack)
	var validator *cn.CN
	if err := stack.Service(&validator); err != nil {
		return err
	}
	if err := validator.StartMining(false); err != nil {
		return err
	}
	stack.Wait()
	return nil
}
