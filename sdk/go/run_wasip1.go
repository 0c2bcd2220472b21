// How the plugin's main comes to run: a component has exports, and nobody calls main.

package wasmswarm

import (
	_ "unsafe" // for go:linkname

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// mainMain is the plugin's main function, which calls Run.
//
//go:linkname mainMain main.main
func mainMain()

func init() { host.Start = mainMain }

// ran has nothing to do: the host calls.
func ran() {}
