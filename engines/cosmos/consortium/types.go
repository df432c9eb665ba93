// Package consortium keeps the list of validators on the chain and changes it by their own votes.
//
// There is no stake and no token behind a vote: each validator has one voice, and a change needs more than two thirds of
// the validators that are active when the last vote is cast. Votes are ordinary Ethereum transactions to the contract at
// ContractAddress, so that every admission and removal stands in the ledger with its signers.
package consortium

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
)

const (
	// ModuleName names the module in genesis and its store.
	ModuleName = "consortium"
	// StoreKey is the name of the module's store.
	StoreKey = ModuleName
	// ContractAddress is where members send their votes.
	ContractAddress = "0x0000000000000000000000000000000000001000"
	// publicKeySize is the length of an Ed25519 public key in bytes.
	publicKeySize = 32
	// power is what each validator's voice counts in consensus.
	power = int64(1)
	// longestName bounds what a vote can write into the state.
	longestName = 64
)

// PublicKey is a validator's Ed25519 consensus key.
type PublicKey [publicKeySize]byte

// MarshalText writes the key in hexadecimal with the prefix 0x.
func (k PublicKey) MarshalText() ([]byte, error) {
	return []byte("0x" + hex.EncodeToString(k[:])), nil
}

// UnmarshalText reads what MarshalText writes.
func (k *PublicKey) UnmarshalText(text []byte) error {
	decoded, err := hex.DecodeString(strings.TrimPrefix(string(text), "0x"))
	if err != nil {
		return fmt.Errorf("public key %q: %w", text, err)
	}
	if len(decoded) != publicKeySize {
		return fmt.Errorf("public key %q has %d bytes, not %d", text, len(decoded), publicKeySize)
	}
	copy(k[:], decoded)
	return nil
}

// ConsensusAddress is what blocks and votes name the validator by.
func (k PublicKey) ConsensusAddress() []byte {
	digest := sha256.Sum256(k[:])
	return digest[:20]
}

func (k PublicKey) update(power int64) abci.ValidatorUpdate {
	return abci.ValidatorUpdate{
		PubKey: cmtcrypto.PublicKey{Sum: &cmtcrypto.PublicKey_Ed25519{Ed25519: append([]byte(nil), k[:]...)}},
		Power:  power,
	}
}

// Validator is a member's node that signs blocks, or did once.
type Validator struct {
	PublicKey PublicKey      `json:"public_key"`
	Operator  common.Address `json:"operator"`
	Name      string         `json:"name"`
	// Active is false once the validator has been voted out. Its record stays: old blocks name it.
	Active bool `json:"active"`
}

func (v Validator) check() error {
	if v.PublicKey == (PublicKey{}) {
		return errors.New("the validator's public key is zero")
	}
	if v.Operator == (common.Address{}) {
		return errors.New("the validator's operator address is zero")
	}
	if v.Name == "" || len(v.Name) > longestName {
		return fmt.Errorf("the validator's name has %d bytes; it needs 1 to %d", len(v.Name), longestName)
	}
	return nil
}

// Genesis is the module's part of the genesis file.
type Genesis struct {
	Validators []Validator `json:"validators"`
}

// Validate refuses an empty list, and keys, operators or names that stand in it twice.
func (g Genesis) Validate() error {
	if len(g.Validators) == 0 {
		return errors.New("consortium.validators is empty: a chain needs at least one validator")
	}
	keys := map[PublicKey]bool{}
	operators := map[common.Address]bool{}
	names := map[string]bool{}
	for i, validator := range g.Validators {
		if err := validator.check(); err != nil {
			return fmt.Errorf("consortium.validators[%d]: %w", i, err)
		}
		if !validator.Active {
			return fmt.Errorf("consortium.validators[%d] is not active", i)
		}
		if keys[validator.PublicKey] || operators[validator.Operator] || names[validator.Name] {
			return fmt.Errorf("consortium.validators[%d] repeats a key, an operator or a name", i)
		}
		keys[validator.PublicKey], operators[validator.Operator], names[validator.Name] = true, true, true
	}
	return nil
}

// ballot is an open question and the operators that said yes to it so far.
type ballot struct {
	Voters []common.Address `json:"voters"`
}

// VotesNeeded is the smallest number of voices that is more than two thirds of active validators.
func VotesNeeded(active int) int {
	return active*2/3 + 1
}

func mustJSON(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Errorf("encoding the consortium's state: %w", err))
	}
	return encoded
}
