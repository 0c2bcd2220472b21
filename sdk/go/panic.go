// Panics: they fail the iteration, and the operator reads where.

package wasmswarm

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// maxFrames is how many calls of a stack are shown.
const maxFrames = 20

// ownPackage begins the names of the SDK's functions.
const ownPackage = "github.com/wasmswarm/wasmswarm/sdk/go"

// rescue turns a panic into an error that says what and where, and logs the stack. Deferred calls of
// the plugin have run by then, so the VU goes on, as a server's handler would.
func rescue(err *error) {
	value := recover()
	if value == nil {
		return
	}
	message := fmt.Sprintf("panic: %v", value)
	frames := userFrames()
	host.Log(host.Error, message+stack(frames))
	if len(frames) > 0 {
		message += " (" + place(frames[0]) + ")"
	}
	*err = errors.New(message)
}

// userFrames are the calls of the plugin's own code, the innermost first.
func userFrames() []runtime.Frame {
	var found []runtime.Frame
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for {
		frame, more := frames.Next()
		if isUsers(frame.Function) && len(found) < maxFrames {
			found = append(found, frame)
		}
		if !more {
			return found
		}
	}
}

func isUsers(function string) bool {
	return function != "" && !strings.HasPrefix(function, "runtime.") && !strings.HasPrefix(function, ownPackage)
}

func stack(frames []runtime.Frame) string {
	var text strings.Builder
	for _, frame := range frames {
		fmt.Fprintf(&text, "\n    at %s (%s)", path.Base(frame.Function), place(frame))
	}
	return text.String()
}

// place is the file without its folders, and the line.
func place(frame runtime.Frame) string {
	return fmt.Sprintf("%s:%d", path.Base(frame.File), frame.Line)
}
