// Messages for the operator.

package wasmswarm

import (
	"fmt"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Debugf writes a line for the plugin's author; the operator sees it with --verbose.
func (vu *VU) Debugf(format string, args ...any) { logf(host.Debug, format, args) }

// Infof writes a line that is worth knowing.
func (vu *VU) Infof(format string, args ...any) { logf(host.Info, format, args) }

// Warnf writes a line about something that looks wrong.
func (vu *VU) Warnf(format string, args ...any) { logf(host.Warn, format, args) }

// Errorf writes a line about something that is wrong. The task goes on; return an error to fail it.
func (vu *VU) Errorf(format string, args ...any) { logf(host.Error, format, args) }

func logf(level uint32, format string, args []any) {
	host.Log(level, fmt.Sprintf(format, args...))
}
