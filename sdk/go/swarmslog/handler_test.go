// Tests of the lines.

package swarmslog

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

func TestALineHasTheMessageAndTheAttributes(t *testing.T) {
	record := slog.NewRecord(time.Now(), slog.LevelInfo, "logged in", 0)
	record.AddAttrs(slog.Int("tries", 2))
	h := Handler().WithAttrs([]slog.Attr{slog.String("user", "ann")}).WithGroup("login").(handler)
	text, err := h.text(context.Background(), record)
	if err != nil || text != "logged in user=ann login.tries=2" {
		t.Errorf("%q, %v", text, err)
	}
	text, err = Handler().(handler).text(context.Background(), slog.NewRecord(time.Time{}, slog.LevelInfo, "hello", 0))
	if err != nil || text != "hello" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestLevelsAreTheContracts(t *testing.T) {
	for from, want := range map[slog.Level]uint32{
		slog.LevelDebug: host.Debug, slog.LevelInfo: host.Info, slog.LevelInfo + 1: host.Info,
		slog.LevelWarn: host.Warn, slog.LevelError + 4: host.Error,
	} {
		if got := level(from); got != want {
			t.Errorf("%v is %d", from, got)
		}
	}
}
