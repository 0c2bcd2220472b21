// What a program offers to wasmswarm, and how it says so.

package wasmswarm

import (
	"encoding/json"
	"fmt"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Plugin is a load test: its scenarios, and what belongs to the whole run.
type Plugin struct {
	// About is a text for people, shown by `wasmswarm inspect`.
	About string
	// Scenarios are made by [Define]; at least one.
	Scenarios []Scenario
	// Options is the run that the author suggests. The operator's own options outrank it.
	Options Options
	// Setup runs once per run, before any VU starts. What it returns travels as JSON; each VU reads
	// it with [VU.SetupData]. An error ends the run before it starts.
	Setup func(vu *VU) (any, error)
	// Teardown runs once per run, after the last VU.
	Teardown func(vu *VU) error
	// Shape, if there is one, is asked once a second how much load there is to be. Its answer should
	// depend on its argument only.
	Shape func(now Moment) Target
}

// Options has the keys of the configuration file: "users", "spawn_rate", "run_time", "host",
// "stages", "scenarios", "thresholds", "tags" and so on.
type Options map[string]any

// Run offers the plugin to the host; call it in main. It returns at once: the host calls the
// scenarios later.
func Run(plugin Plugin) {
	host.Plugin = &dispatcher{plugin: &plugin}
	ran()
}

// describe is the plugin as the contract wants it, or the first mistake in it.
func (p *Plugin) describe() (host.Description, error) {
	described := host.Description{About: p.About, Shape: p.Shape != nil}
	if len(p.Scenarios) == 0 {
		return described, fmt.Errorf("wasmswarm.Run: the plugin has no scenario; make one with wasmswarm.Define")
	}
	for _, scenario := range p.Scenarios {
		info, err := scenario.describe()
		if err != nil {
			return described, fmt.Errorf("scenario %q: %w", info.Name, err)
		}
		described.Scenarios = append(described.Scenarios, info)
	}
	if len(p.Options) > 0 {
		options, err := json.Marshal(p.Options)
		if err != nil {
			return described, fmt.Errorf("the plugin's options can't be written as JSON: %w", err)
		}
		described.Options = host.Text(options)
	}
	return described, nil
}
