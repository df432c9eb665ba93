package clock

import (
	"errors"
	"math/big"
	"time"
	_ "unsafe" // for go:linkname

	"counterfoil.example/engines/kaia/validator"

	"github.com/kaiachain/kaia/blockchain/types"
	"github.com/kaiachain/kaia/consensus"
	"github.com/kaiachain/kaia/consensus/istanbul"
	_ "github.com/kaiachain/kaia/consensus/istanbul/backend" // defines what engineNow stands for
	"github.com/kaiachain/kaia/params"
)

// The consensus engine asks this variable of its own for the wall clock: when it waits for a block's date to come, and when it
// refuses one that lies ahead.
//
//go:linkname engineNow github.com/kaiachain/kaia/consensus/istanbul/backend.now
var engineNow func() time.Time

// Later than any date of a block (the ledger's times have 40 bits).
var afterEverything = time.Unix(1<<41, 0)

// TakeAnyDate makes the engine take every date that is not before the parent's. It must run before the node is configured.
func TakeAnyDate() {
	istanbul.DefaultConfig.BlockPeriod = 0
	// The builder of blocks waits until this long after the parent's date: never.
	params.BlockGenerationInterval = -1 << 41
	engineNow = func() time.Time { return afterEverything }
}

// Date lets the clock date a builder's blocks, whichever period they keep.
func Date(builder *validator.Builder, clock *Clock, period time.Duration) error {
	// Whole seconds are left to Kaia, which keeps them by the blocks' dates; a nanosecond more is kept by the machine.
	if err := validator.Steady(builder, period+time.Nanosecond); err != nil {
		return err
	}
	inner, isIstanbul := (*builder.Engine).(consensus.Istanbul)
	handler, handles := (*builder.Engine).(consensus.Handler)
	if !isIstanbul || !handles {
		return errors.New("the consensus engine is not Istanbul's")
	}
	*builder.Engine = &datedEngine{Istanbul: inner, Handler: handler, clock: clock}
	return nil
}

type datedEngine struct {
	consensus.Istanbul
	consensus.Handler
	clock *Clock
}

// Prepare fills a header in as the engine does, and then dates it.
func (engine *datedEngine) Prepare(chain consensus.ChainReader, header *types.Header) error {
	if err := engine.Istanbul.Prepare(chain, header); err != nil {
		return err
	}
	parent := chain.GetHeader(header.ParentHash, header.Number.Uint64()-1)
	if parent == nil {
		return consensus.ErrUnknownAncestor
	}
	seconds, err := engine.clock.seconds()
	if err != nil {
		return err
	}
	header.Time = new(big.Int).Set(parent.Time)
	if date := big.NewInt(seconds); date.Cmp(parent.Time) > 0 {
		header.Time = date
	}
	header.TimeFoS = 0
	return nil
}
