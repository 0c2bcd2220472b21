// What a plugin does outside of wasmswarm: it says how it wants to be run.

//go:build !wasip1

package wasmswarm

import (
	"fmt"
	"os"
)

// ran ends a program that was started by `go run`.
func ran() {
	fmt.Fprintln(os.Stderr, "This is a load test for wasmswarm; start it with `wasmswarm run .`")
	os.Exit(1)
}
