// Command counterfoil-kcn-clocked is a validator for test networks: the same consensus node, with blocks dated by the file
// that COUNTERFOIL_CLOCK_FILE names. No validator of a network with other clocks takes such blocks unless the dates agree.
package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"counterfoil.example/engines/kaia/clock"
	"counterfoil.example/engines/kaia/validator"

	"github.com/kaiachain/kaia/api/debug"
	"github.com/kaiachain/kaia/cmd/utils"
	"github.com/kaiachain/kaia/cmd/utils/nodecmd"
	"github.com/kaiachain/kaia/consensus/istanbul"
	"github.com/urfave/cli/v2"
)

const clockVariable = "COUNTERFOIL_CLOCK_FILE"

var pauseFlag = &cli.Uint64Flag{
	Name:  "block-period-ms",
	Usage: "Milliseconds from one block to the next; the same on every validator",
	Value: 1000,
}

var roundTimeoutFlag = &cli.Uint64Flag{
	Name:  "round-timeout-ms",
	Usage: "Milliseconds that validators wait for a proposer's block; the same on every validator",
	Value: istanbul.DefaultConfig.Timeout,
}

func main() {
	utils.NodeTypeFlag.Value = "cn"
	if err := newProgram().Run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func newProgram() *cli.App {
	program := utils.NewApp(nodecmd.GetGitCommit(), "A validator of a test network, whose blocks a file dates")
	program.Commands = []*cli.Command{nodecmd.InitCommand, nodecmd.VersionCommand}
	program.Flags = append(slices.Clone(utils.KcnAppFlags()), roundTimeoutFlag, pauseFlag)
	program.HideVersion = true
	program.CommandNotFound = nodecmd.CommandNotExist
	program.OnUsageError = nodecmd.OnUsageError
	program.Action = run
	program.Before = func(ctx *cli.Context) error {
		clock.TakeAnyDate()
		// Kaia reads the value from this variable at each round.
		atomic.StoreUint64(&istanbul.DefaultConfig.Timeout, ctx.Uint64(roundTimeoutFlag.Name))
		return nodecmd.BeforeRunNode(ctx)
	}
	program.After = func(*cli.Context) error {
		debug.Exit()
		return nil
	}
	return program
}

func run(ctx *cli.Context) error {
	path := os.Getenv(clockVariable)
	if path == "" {
		return errors.New(clockVariable + " names no clock file; counterfoil-kcn is the validator with a clock of its own")
	}
	told, err := clock.Open(path)
	if err != nil {
		return err
	}
	period := time.Duration(ctx.Uint64(pauseFlag.Name)) * time.Millisecond
	return validator.Run(ctx, func(builder *validator.Builder) error {
		validator.OwnTurnsOnly(builder)
		return clock.Date(builder, told, period)
	})
}
