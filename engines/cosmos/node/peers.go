package node

import (
	"os"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const codeStranger = uint32(1)

// newPeerFilter lets in only peers whose node id stands on a line of the file at path. The file is read at each
// connection, so that a member is let in or shut out without a restart. Without a file nobody is let in.
func newPeerFilter(path string) sdk.PeerFilter {
	return func(id string) *abci.ResponseQuery {
		known, err := listed(path, id)
		if err != nil {
			return &abci.ResponseQuery{Code: codeStranger, Log: "the list of peers cannot be read: " + err.Error()}
		}
		if !known {
			return &abci.ResponseQuery{Code: codeStranger, Log: "the node " + id + " is not on the list of peers"}
		}
		return &abci.ResponseQuery{}
	}
}

func listed(path, id string) (bool, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(content)) {
		// What follows the id on its line is for people: the member's name.
		if entry, _, _ := strings.Cut(strings.TrimSpace(line), " "); entry != "" && entry == id {
			return true, nil
		}
	}
	return false, nil
}
