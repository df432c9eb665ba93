package validator

import (
	"errors"
	"sync"
	"time"

	"github.com/kaiachain/kaia/consensus"
	"github.com/kaiachain/kaia/consensus/istanbul"
	"github.com/kaiachain/kaia/params"
)

// SetPeriod sets the distance of blocks; it must be called before the node is configured.
//
// Whole seconds are left to Kaia, whose validators then refuse a block that comes early. Shorter periods give up that
// check: several blocks have the same second, and each validator keeps the distance by itself (see Steady).
func SetPeriod(period time.Duration) {
	seconds := int64(0)
	if period%time.Second == 0 {
		seconds = int64(period / time.Second)
	}
	params.BlockGenerationInterval = seconds
	istanbul.DefaultConfig.BlockPeriod = uint64(seconds)
}

// Steady puts two of this project's choices between the builder of blocks and Istanbul: a wait before each block of a
// period that is not in whole seconds, and an engine that stays in while blocks are fetched.
//
// Kaia stops its engine when a validator that fell behind fetches blocks from another. Messages that come meanwhile count
// as the peers' errors: the validator parts from all of them for half a minute and is behind again when they come back.
func Steady(builder *Builder, period time.Duration) error {
	inner, isIstanbul := (*builder.Engine).(consensus.Istanbul)
	handler, handles := (*builder.Engine).(consensus.Handler)
	if !isIstanbul || !handles {
		return errors.New("the consensus engine is not Istanbul's")
	}
	steady := &steadyEngine{Istanbul: inner, Handler: handler}
	if period%time.Second != 0 {
		steady.schedule = &schedule{period: period}
	}
	*builder.Engine = steady
	return nil
}

type steadyEngine struct {
	consensus.Istanbul
	consensus.Handler
	// nil where Kaia spaces the blocks.
	schedule *schedule
}

// NewChainHead is told of each new head before work on the next block begins.
func (engine *steadyEngine) NewChainHead() error {
	err := engine.Handler.NewChainHead()
	if engine.schedule != nil {
		time.Sleep(time.Until(engine.schedule.next(time.Now())))
	}
	return err
}

// Stop leaves the engine running; it ends with the process.
func (engine *steadyEngine) Stop() error {
	return nil
}

// schedule spaces what follows by its period. A distance that the machine could not keep is not caught up with by shorter
// ones.
type schedule struct {
	mutex  sync.Mutex
	period time.Duration
	last   time.Time
}

func (s *schedule) next(now time.Time) time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.last = s.last.Add(s.period)
	if s.last.Before(now) {
		s.last = now
	}
	return s.last
}
