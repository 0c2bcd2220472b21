module github.com/wasmswarm/wasmswarm/sdk/go

go 1.24
