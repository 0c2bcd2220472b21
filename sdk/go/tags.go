// Tags: texts of the form "key=value".

package wasmswarm

import (
	"fmt"
	"strings"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// maxTags is one more than there may be, so that the host counts what it leaves out.
const maxTags = 17

// tagPairs are the tags of the call that is made; kept here, they are on the heap.
var tagPairs [maxTags]host.Pair

// pairs are the tags as the host wants them, only valid until the next call.
func pairs(tags []string) []host.Pair {
	if len(tags) > maxTags {
		tags = tags[:maxTags]
	}
	for i, tag := range tags {
		tagPairs[i] = splitTag(tag)
	}
	return tagPairs[:len(tags)]
}

func splitTag(tag string) host.Pair {
	key, value, found := strings.Cut(tag, "=")
	if !found {
		panic(fmt.Sprintf("wasmswarm: the tag %q isn't of the form key=value", tag))
	}
	return host.Pair{Key: key, Value: value}
}
