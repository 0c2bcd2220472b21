// The standard library's HTTP client, with requests made and measured by wasmswarm.

// Package swarmhttp lets code that is written for net/http run in a load test:
//
//	client := swarmhttp.Client(vu)
//	response, err := client.Get("/items/7")
//
// Requests are sent by the host, under the run's rules, and counted like those of vu.Get. URLs may be
// relative to the run's host. Cookies are the VU's, so the client needs no jar. It makes a plugin
// about 4 MB larger, which is why it isn't part of package wasmswarm; what needs no net/http is
// better off with vu.Get.
package swarmhttp

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	wasmswarm "github.com/wasmswarm/wasmswarm/sdk/go"
)

// Transport is an [http.RoundTripper] that sends by the host.
type Transport struct {
	VU *wasmswarm.VU
	// Options are those of every request, such as wasmswarm.Tag.
	Options []wasmswarm.Option
}

// Client is a client of this VU's, with these options for every request.
func Client(vu *wasmswarm.VU, options ...wasmswarm.Option) *http.Client {
	return &http.Client{Transport: &Transport{vu, options}}
}

// Install makes [http.DefaultTransport] one of this VU's, so that http.Get and clients without a
// transport work too.
func Install(vu *wasmswarm.VU, options ...wasmswarm.Option) {
	http.DefaultTransport = &Transport{vu, options}
}

// nameKey is the context's key for a request's name.
type nameKey struct{}

// WithName groups the requests of this context in the results, as wasmswarm.Name does.
func WithName(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, nameKey{}, name)
}

// RoundTrip sends one request. The client follows redirects, as it always does.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	options, err := t.options(request)
	if err != nil {
		return nil, err
	}
	response, err := t.VU.Do(request.Method, request.URL.String(), options...)
	if err != nil {
		return nil, err
	}
	return convert(request, response), nil
}

func (t *Transport) options(request *http.Request) ([]wasmswarm.Option, error) {
	ctx := request.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	options := append([]wasmswarm.Option{wasmswarm.Redirects(0)}, t.Options...)
	if name, named := ctx.Value(nameKey{}).(string); named {
		options = append(options, wasmswarm.Name(name))
	}
	if deadline, limited := ctx.Deadline(); limited {
		options = append(options, wasmswarm.Timeout(time.Until(deadline)))
	}
	if request.Host != "" && request.Host != request.URL.Host {
		options = append(options, wasmswarm.Header("host", request.Host))
	}
	for name, values := range request.Header {
		for _, value := range values {
			options = append(options, wasmswarm.Header(name, value))
		}
	}
	if request.Body == nil {
		return options, nil
	}
	defer request.Body.Close()
	body, err := io.ReadAll(request.Body)
	return append(options, wasmswarm.Body(body)), err
}

func convert(request *http.Request, response wasmswarm.Response) *http.Response {
	header := http.Header{}
	response.Headers(func(name, value string) bool {
		header.Add(name, value)
		return true
	})
	// The host has decompressed the body, so what the headers say of it no longer holds.
	uncompressed := header.Get("content-encoding") != ""
	if uncompressed {
		header.Del("content-encoding")
		header.Del("content-length")
	}
	body := response.Bytes()
	return &http.Response{
		Status:        strconv.Itoa(response.Status) + " " + http.StatusText(response.Status),
		StatusCode:    response.Status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Uncompressed:  uncompressed,
		Request:       request,
	}
}
