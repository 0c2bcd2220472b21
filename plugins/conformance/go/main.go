// The conformance scenario in Go: see ../README.md, which says what it does and why.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	wasmswarm "github.com/wasmswarm/wasmswarm/sdk/go"
)

const (
	items     = wasmswarm.DataSet("items")
	starts    = wasmswarm.SharedCounter("starts")
	cartValue = wasmswarm.Trend("cart_value")
	carts     = wasmswarm.Counter("carts")
	level     = wasmswarm.Gauge("level")
	odd       = wasmswarm.Rate("odd")
)

func main() {
	shopper := wasmswarm.Define("Shopper", enter).
		Weight(3).
		Task("browse", 4, (*Shopper).browse, "kind=read").
		Task("cart", 2, (*Shopper).cart, "kind=write").
		Task("wrong_body", 1, (*Shopper).wrongBody).
		Task("parallel", 1, (*Shopper).parallel).
		Task("redirects", 1, (*Shopper).redirects).
		Task("fails", 1, (*Shopper).fails)
	once := wasmswarm.Define("Once", wasmswarm.Zero[Once]).
		Fixed(1).
		InOrder().
		Task("hello", 1, (*Once).hello).
		Task("goodbye", 1, (*Once).goodbye).
		Task("surroundings", 0, (*Once).surroundings)
	wasmswarm.Run(wasmswarm.Plugin{
		About:     "conformance in Go",
		Scenarios: []wasmswarm.Scenario{shopper, once},
		Options:   wasmswarm.Options{"users": 4},
		Setup:     func(*wasmswarm.VU) (any, error) { return "from setup", nil },
		Teardown:  leave,
	})
}

func leave(*wasmswarm.VU) error {
	if starts.Total() <= 0 {
		return errors.New("no VU ever started")
	}
	return nil
}

// Shopper looks at items and fills a cart.
type Shopper struct{}

func enter(vu *wasmswarm.VU) (*Shopper, error) {
	var data string
	if err := vu.SetupData(&data); err != nil {
		return nil, err
	}
	vu.Check("setup data arrives", data == "from setup")
	starts.Add(1)

	type login struct {
		User     string `json:"user"`
		Password string `json:"password"`
	}
	user := fmt.Sprintf("shopper-%d", vu.ID())
	response, err := vu.Post("/login", wasmswarm.JSON(login{user, "secret"}))
	if err != nil {
		return nil, err
	}
	var session struct{ Token string }
	if err := response.JSON(&session); err != nil {
		return nil, err
	}
	vu.Check("logged in", response.Status == 200 && session.Token != "")
	return &Shopper{}, nil
}

func (*Shopper) browse(vu *wasmswarm.VU) error {
	item, err := nextItem()
	if err != nil {
		return err
	}
	response, err := vu.Get("/items/"+strconv.Itoa(item), wasmswarm.Name("/items/{id}"))
	if err != nil {
		return err
	}
	var found struct{ ID int }
	if err := response.JSON(&found); err != nil {
		return err
	}
	vu.Check("item is the one asked for", found.ID == item)
	return nil
}

func (*Shopper) cart(vu *wasmswarm.VU) error {
	type line struct {
		Item     int `json:"item"`
		Quantity int `json:"quantity"`
	}
	return vu.Group("purchase", func() error {
		item, err := nextItem()
		if err != nil {
			return err
		}
		response, err := vu.Post("/cart", wasmswarm.JSON(line{item, 2}))
		if err != nil {
			return err
		}
		var cart struct {
			TotalCents int `json:"total_cents"`
		}
		if err := response.JSON(&cart); err != nil {
			return err
		}
		vu.Check("cart has a total", response.Status == 201 && cart.TotalCents > 0)
		cartValue.Add(float64(cart.TotalCents) / 100)
		carts.Add(1)
		return nil
	})
}

func (*Shopper) wrongBody(vu *wasmswarm.VU) error {
	response, err := vu.Get("/api/notes/1?broken=1", wasmswarm.Name("broken note"))
	if err != nil {
		return err
	}
	var note struct{ Error string }
	if err := response.JSON(&note); err != nil {
		return err
	}
	if note.Error != "" {
		response.Fail(note.Error)
	}
	return nil
}

func (*Shopper) parallel(vu *wasmswarm.VU) error {
	bytes := wasmswarm.Name("/bytes/{n}")
	results := vu.Batch(
		wasmswarm.NewRequest("GET", "/bytes/10", bytes),
		wasmswarm.NewRequest("GET", "/bytes/20", bytes),
		wasmswarm.NewRequest("GET", "/status/404", wasmswarm.Expect(404)),
	)
	for _, result := range results {
		if result.Err != nil {
			return result.Err
		}
	}
	vu.Check("sizes are right", results[0].Size() == 10 && results[1].Size() == 20 && results[2].Status == 404)
	return nil
}

func (*Shopper) redirects(vu *wasmswarm.VU) error {
	name := wasmswarm.Name("redirect")
	end, err := vu.Get("/redirect/2", name)
	if err != nil {
		return err
	}
	var body struct{ Redirects string }
	if err := end.JSON(&body); err != nil {
		return err
	}
	vu.Check("redirects end", end.Status == 200 && body.Redirects == "done")

	seen, err := vu.Get("/redirect/1", name, wasmswarm.Redirects(0))
	if err != nil {
		return err
	}
	vu.Check("redirect is seen", seen.Status == 302 && seen.Header("location") == "/redirect/0")
	return nil
}

func (*Shopper) fails(*wasmswarm.VU) error { return errors.New("on purpose") }

// nextItem is the item of the iteration's row.
func nextItem() (int, error) {
	row, err := items.Sequential()
	if err != nil {
		return 0, err
	}
	return row.Int("item")
}

// Once says hello, and ends the run in the way that the operator asks for.
type Once struct{}

func (*Once) hello(vu *wasmswarm.VU) error {
	vu.Check("parameter arrives", vu.Param("greeting") == "hello", "part=params")
	level.Set(7)
	odd.Add(vu.Iteration()%2 == 1)
	vu.Infof("hello from Go")
	next := "goodbye"
	if vu.Param("surroundings") == "yes" {
		next = "surroundings"
	}
	vu.Next(next)
	vu.NextIn(time.Millisecond)
	return nil
}

func (*Once) goodbye(vu *wasmswarm.VU) error {
	abort := vu.Param("abort")
	if abort == "yes" {
		vu.Abort("asked to")
	}
	if abort == "panic" {
		panic("crash on purpose")
	}
	return nil
}

// surroundings looks at what a scenario stands on.
func (*Once) surroundings(vu *wasmswarm.VU) error {
	drawn := map[uint64]bool{}
	for range 50 {
		drawn[vu.Rand().Uint64()] = true
	}
	vu.Check("random numbers differ", len(drawn) == 50)
	if err := errors.Join(clocks(vu), jars(vu)); err != nil {
		return err
	}
	_, refused := vu.Get("http://127.0.0.9:1/")
	var failed *wasmswarm.RequestError
	said := errors.As(refused, &failed) && strings.Contains(failed.Reason(), "127.0.0.9")
	vu.Check("the reason is said", said)
	body, err := vu.ShareBody(bytes.Repeat([]byte("x"), 50_000))
	for range 2 {
		if err == nil {
			_, err = vu.Post("/upload", wasmswarm.Shared(body))
		}
	}
	starts.Add(1)
	return err
}

func clocks(vu *wasmswarm.VU) error {
	response, err := vu.Get("clock")
	if err != nil {
		return err
	}
	var clock struct{ Ms int64 }
	if err := response.JSON(&clock); err != nil {
		return err
	}
	vu.Check("the wall clock is right", time.Since(time.UnixMilli(clock.Ms)).Abs() < 5*time.Second)
	own, run := time.Now(), vu.Now()
	vu.Sleep(30 * time.Millisecond)
	passed := vu.Now() - run
	measured := time.Since(own)
	agree := measured+time.Millisecond >= passed && measured < passed+5*time.Second
	vu.Check("clocks agree", passed >= 30*time.Millisecond && agree)
	return nil
}

func jars(vu *wasmswarm.VU) error {
	if _, err := vu.Get("/set"); err != nil {
		return err
	}
	seen := ""
	for _, cookie := range vu.Cookies().Matching("/deep/x") {
		seen += cookie.Name + "=" + cookie.Value + ";"
	}
	vu.Check("cookies are read in order", seen == "b=2;a=1;")
	vu.Cookies().Set("/", "c=3; Path=/base")
	vu.Cookies().Delete("/", "a")
	_, own := vu.Get("/deep/x")
	jar := vu.NewJar()
	jar.Set("/", "j=4; Path=/base")
	_, other := vu.Get("/deep/x", wasmswarm.UseJar(jar))
	_, none := vu.Get("/deep/x", wasmswarm.NoCookies())
	return errors.Join(own, other, none)
}
