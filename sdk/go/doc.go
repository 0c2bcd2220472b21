// The package's documentation.

// Package wasmswarm writes load tests for wasmswarm in Go. A test compiles to one WebAssembly
// component; the host runs an instance of it per virtual user (VU), and does the HTTP, the pacing
// and the measuring.
//
//	type Shopper struct{ token string }
//
//	func main() {
//		shopper := wasmswarm.Define("Shopper", wasmswarm.Zero[Shopper]).
//			Wait(wasmswarm.Between(time.Second, 3*time.Second)).
//			Task("look", 3, (*Shopper).look)
//		wasmswarm.Run(wasmswarm.Plugin{Scenarios: []wasmswarm.Scenario{shopper}})
//	}
//
//	func (s *Shopper) look(vu *wasmswarm.VU) error {
//		response, err := vu.Get("/items/7", wasmswarm.Name("/items/{id}"))
//		if err != nil {
//			return err
//		}
//		vu.Check("is a mug", response.Text() == "mug")
//		return nil
//	}
//
// A plugin is one thread: goroutines take turns, and while a request is on its way all of them wait;
// [VU.Batch] sends requests at once. A panic ends the instance: its text and place are reported, the
// iteration has failed, and the VU goes on in a fresh instance.
package wasmswarm
