package clock

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clock")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAClockStandsWhereItsFileSays(t *testing.T) {
	clock, err := Open(written(t, "=1750000000\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := clock.seconds(); err != nil || got != 1_750_000_000 {
		t.Errorf("it says %d, %v", got, err)
	}
}

func TestAClockRunsAheadOfTheWallClock(t *testing.T) {
	clock, err := Open(written(t, "+86400"))
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now().Unix()
	got, err := clock.seconds()
	if after := time.Now().Unix(); err != nil || got < before+86_400 || got > after+86_400 {
		t.Errorf("between %d and %d it says %d, %v", before, after, got, err)
	}
}

func TestAFileThatSaysNoTimeIsRefused(t *testing.T) {
	for _, text := range []string{"", "=", "1750000000", "=-1", "+1.5", "@9", "=99999999999999999999"} {
		if _, err := Open(written(t, text)); err == nil {
			t.Errorf("%q was taken for a time", text)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing file was taken for a clock")
	}
}
