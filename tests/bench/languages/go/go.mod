module wasmswarm.example/bench

go 1.24

require github.com/wasmswarm/wasmswarm/sdk/go v0.0.0

replace github.com/wasmswarm/wasmswarm/sdk/go => ../../../../sdk/go
