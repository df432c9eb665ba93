package validator

import (
	"bytes"
	"slices"

	"github.com/kaiachain/kaia/blockchain/types"
	"github.com/kaiachain/kaia/common"
	"github.com/kaiachain/kaia/consensus"
	"github.com/kaiachain/kaia/work"
)

// Chain is what the turns are read from.
type Chain interface {
	CurrentHeader() *types.Header
	GetHeaderByNumber(number uint64) *types.Header
}

// OwnTurnsOnly keeps transactions from the blocks that a validator prepares while another one is to propose.
//
// Kaia has every validator execute a full block of its own for each height and throws away all but the proposer's: four
// executions for one. Here the others prepare an empty block, which they propose only when the proposer is silent for the
// whole of the round's timeout; consensus goes on as before, and the transactions stand in the next block.
func OwnTurnsOnly(builder *Builder) {
	turns := &turns{self: builder.Self, chain: builder.Chain, engine: *builder.Engine, proposers: map[common.Hash]common.Address{}}
	*builder.Backend = &turnBackend{Backend: *builder.Backend, turns: turns}
}

type turnBackend struct {
	work.Backend
	turns *turns
}

// TxPool is the validator's pool, empty while another validator is to propose.
func (backend *turnBackend) TxPool() work.TxPool {
	return &turnPool{TxPool: backend.Backend.TxPool(), turns: backend.turns}
}

type turnPool struct {
	work.TxPool
	turns *turns
}

// Pending is asked once for each block, by the one goroutine that prepares blocks.
func (pool *turnPool) Pending() (map[common.Address]types.Transactions, error) {
	if !pool.turns.own() {
		return nil, nil
	}
	return pool.TxPool.Pending()
}

type turns struct {
	self   common.Address
	chain  Chain
	engine consensus.Engine
	// Who proposed the last blocks: finding out takes a signature's recovery.
	proposers map[common.Hash]common.Address
}

// own says whether this validator is to propose the next block, as far as the chain tells. When in doubt it says yes: an
// execution too many is the smaller harm.
func (t *turns) own() bool {
	head := t.chain.CurrentHeader()
	if head == nil || head.Number.Sign() == 0 {
		return true
	}
	extra, err := types.ExtractIstanbulExtra(head)
	if err != nil {
		return true
	}
	recent, err := t.recent(head, 2*len(extra.Validators))
	if err != nil {
		return true
	}
	return isOwnTurn(t.self, recent, extra.Validators)
}

// recent gives the proposers of the last count blocks, the latest first.
func (t *turns) recent(head *types.Header, count int) ([]common.Address, error) {
	found := make(map[common.Hash]common.Address, count)
	var recent []common.Address
	for header := head; header != nil && header.Number.Sign() > 0 && len(recent) < count; {
		hash := header.Hash()
		proposer, known := t.proposers[hash]
		if !known {
			var err error
			if proposer, err = t.engine.Author(header); err != nil {
				return nil, err
			}
		}
		found[hash] = proposer
		recent = append(recent, proposer)
		header = t.chain.GetHeaderByNumber(header.Number.Uint64() - 1)
	}
	t.proposers = found
	return recent, nil
}

// isOwnTurn goes round the validators, in the order of their addresses, from the one after the last proposer. One that has
// proposed none of the recent blocks is taken for absent and skipped, so that the block after its silence is a full one.
func isOwnTurn(self common.Address, recent []common.Address, validators []common.Address) bool {
	order := slices.Clone(validators)
	slices.SortFunc(order, func(a, b common.Address) int { return bytes.Compare(a.Bytes(), b.Bytes()) })
	last := slices.Index(order, recent[0])
	if last < 0 || !slices.Contains(order, self) {
		return true
	}
	for step := 1; step <= len(order); step++ {
		next := order[(last+step)%len(order)]
		if next == self {
			return true
		}
		if slices.Contains(recent, next) || len(recent) < 2*len(order) {
			return false
		}
	}
	return true
}
