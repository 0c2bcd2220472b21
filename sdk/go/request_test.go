// Tests of how options become a request.

package wasmswarm

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

func filled(t *testing.T, url string, options ...Option) *host.Request {
	t.Helper()
	r := new(host.Request)
	if err := fill(r, "POST", url, options); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOptionsFillARequest(t *testing.T) {
	got := filled(t, "/items/7", Name("/items/{id}"), Tag("kind=read=all"), Header("accept", "*/*"), Text("hi"),
		Timeout(time.Second), Redirects(3), Expect(404), ExpectRange(200, 299), Discard())
	want := &host.Request{
		Method: "POST", URL: "/items/7", Name: "/items/{id}", Body: "hi",
		Headers:   []host.Pair{{Key: "accept", Value: "*/*"}},
		Tags:      []host.Pair{{Key: "kind", Value: "read=all"}},
		Timeout:   1_000_000,
		Redirects: host.RedirectsFollow, RedirectLimit: 3,
		Expected: []host.Statuses{{Low: 404, High: 404}, {Low: 200, High: 299}},
		Discard:  true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := filled(t, "/", Redirects(0)); got.Redirects != host.RedirectsNone {
		t.Errorf("got %+v", got)
	}
}

func TestARequestForgetsTheOneBefore(t *testing.T) {
	r := filled(t, "/", Tag("a=b"), Header("c", "d"), JSON(1), Discard())
	if err := fill(r, "GET", "/", nil); err != nil {
		t.Fatal(err)
	}
	if len(r.Headers) != 0 || len(r.Tags) != 0 || r.Body != "" || r.Discard {
		t.Errorf("got %+v", r)
	}
}

func TestBodiesHaveAContentTypeUnlessThereIsOne(t *testing.T) {
	for _, test := range []struct {
		options []Option
		body    string
		headers []host.Pair
	}{
		{[]Option{JSON([]int{1, 2})}, "[1,2]", []host.Pair{{Key: "content-type", Value: "application/json"}}},
		{[]Option{JSON(1), Header("Content-Type", "x")}, "1", []host.Pair{{Key: "Content-Type", Value: "x"}}},
		{
			[]Option{Form(url.Values{"a b": {"1&2"}})}, "a+b=1%262",
			[]host.Pair{{Key: "content-type", Value: "application/x-www-form-urlencoded"}},
		},
		{[]Option{BasicAuth("Aladdin", "open sesame")}, "", []host.Pair{
			{Key: "authorization", Value: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		}},
	} {
		r := filled(t, "/", test.options...)
		if r.Body != test.body || !reflect.DeepEqual(r.Headers, test.headers) {
			t.Errorf("got %q, %v", r.Body, r.Headers)
		}
	}
}

func TestABodyThatCannotBeWrittenIsAnError(t *testing.T) {
	err := fill(new(host.Request), "POST", "/a?b=c", []Option{JSON(func() {})})
	if err == nil || !strings.HasPrefix(err.Error(), "POST /a: the body can't be written as JSON: ") {
		t.Error(err)
	}
}

func TestReasonsHaveTheContractsNames(t *testing.T) {
	r := filled(t, "/items/7?x#y", Name("/items/{id}"))
	_, err := received(r, host.Result{Reason: uint8(ErrConnectionRefused)})
	if err == nil || err.Error() != "POST /items/{id}: connection-refused" {
		t.Error(err)
	}
	_, err = received(r, host.Result{Reason: uint8(ErrConnectionRefused), Why: "nobody listens on 127.0.0.1:9"})
	if err == nil || err.Error() != "POST /items/{id}: connection-refused: nobody listens on 127.0.0.1:9" {
		t.Error(err)
	}
	var failed *RequestError
	if !errors.Is(err, ErrConnectionRefused) || !errors.As(err, &failed) || failed.Code != ErrConnectionRefused ||
		failed.Reason() != "nobody listens on 127.0.0.1:9" {
		t.Errorf("%#v", err)
	}
	if len(codeNames) != int(ErrInterrupted)+1 || ErrInterrupted.Error() != "interrupted" {
		t.Error("names and codes differ")
	}
}

func TestATagWithoutAValueIsMisuse(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it was taken")
		}
	}()
	Tag("read")
}
