// One GET and a check.
package main

import wasmswarm "github.com/wasmswarm/wasmswarm/sdk/go"

func main() {
	wasmswarm.Run(wasmswarm.Plugin{
		Scenarios: []wasmswarm.Scenario{
			wasmswarm.Define("Get", wasmswarm.Zero[Get]).Task("get", 1, (*Get).get),
		},
	})
}

// Get has no state.
type Get struct{}

func (*Get) get(vu *wasmswarm.VU) error {
	answer, err := vu.Get("/")
	if err != nil {
		return err
	}
	vu.Check("status is 200", answer.Status == 200)
	return nil
}
