// The standard library's structured logger, with lines for wasmswarm's operator.

// Package swarmslog shows the operator what a plugin logs with log/slog:
//
//	logger := slog.New(swarmslog.Handler())
//	logger.Info("logged in", "user", name)
package swarmslog

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Handler writes records to the operator's log: the message, and then the attributes as key=value.
// The host adds time, level and VU, shows debug lines with --verbose only, and limits the rate.
func Handler() slog.Handler {
	line := new(strings.Builder)
	attributes := slog.NewTextHandler(line, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: onlyOwn})
	return handler{attributes, line}
}

// handler lets a text handler write the attributes.
type handler struct {
	attributes slog.Handler
	line       *strings.Builder
}

// onlyOwn leaves out what the text handler adds to the record's own attributes.
func onlyOwn(groups []string, attribute slog.Attr) slog.Attr {
	_, isLevel := attribute.Value.Any().(slog.Level)
	isMessage := attribute.Key == slog.MessageKey && attribute.Value.Equal(slog.StringValue(""))
	if len(groups) == 0 && (isLevel || isMessage) {
		return slog.Attr{}
	}
	return attribute
}

func (h handler) Enabled(context.Context, slog.Level) bool { return true }

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	text, err := h.text(ctx, record)
	host.Log(level(record.Level), text)
	return err
}

func (h handler) text(ctx context.Context, record slog.Record) (string, error) {
	own := slog.NewRecord(time.Time{}, record.Level, "", record.PC)
	record.Attrs(func(attribute slog.Attr) bool {
		own.AddAttrs(attribute)
		return true
	})
	h.line.Reset()
	err := h.attributes.Handle(ctx, own)
	return strings.TrimSpace(record.Message + " " + h.line.String()), err
}

func (h handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return handler{h.attributes.WithAttrs(attributes), h.line}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.attributes.WithGroup(name), h.line}
}

func level(level slog.Level) uint32 {
	switch {
	case level < slog.LevelInfo:
		return host.Debug
	case level < slog.LevelWarn:
		return host.Info
	case level < slog.LevelError:
		return host.Warn
	default:
		return host.Error
	}
}
