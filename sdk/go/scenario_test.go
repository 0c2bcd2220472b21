// Tests of what a plugin says about itself.

package wasmswarm

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

type visitor struct{ looks int }

func (v *visitor) look(*VU) error {
	v.looks++
	return nil
}

func (v *visitor) leave(*VU) error { return errors.New("left") }

func visitors() *Definition[*visitor] {
	return Define("Visitor", Zero[visitor]).Task("look", 2, (*visitor).look, "kind=read")
}

func TestADefinitionIsDescribed(t *testing.T) {
	plugin := Plugin{
		About:     "a test",
		Options:   Options{"users": 4},
		Scenarios: []Scenario{visitors().Fixed(3).InOrder().Wait(Between(time.Millisecond, time.Second))},
	}
	got, err := plugin.describe()
	if err != nil {
		t.Fatal(err)
	}
	want := host.Description{
		About:   "a test",
		Options: `{"users":4}`,
		Scenarios: []host.ScenarioInfo{{
			Name:       "Visitor",
			Fixed:      true,
			VUs:        3,
			Sequential: true,
			Wait:       host.Wait{Kind: host.WaitUniform, Low: 1000, High: 1_000_000},
			Tasks:      []host.TaskInfo{{Name: "look", Weight: 2, Tags: []string{"kind=read"}}},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for want, scenarios := range map[string][]Scenario{
		"the plugin has no scenario":                {},
		`scenario "Empty": it has no task`:          {Define("Empty", Zero[visitor])},
		"its weight is -1; it must not be negative": {visitors().Weight(-1)},
		"the shortest pause comes first":            {visitors().Wait(Between(2, 1))},
		"the rate is above 0 and finite":            {visitors().Wait(Throughput(math.NaN()))},
		"the mean is above 0":                       {visitors().Wait(Exponential(0))},
		`the function of task "nothing" is nil`:     {visitors().Task("nothing", 1, nil)},
		"its start function is nil":                 {Define[*visitor]("Visitor", nil).Task("look", 1, (*visitor).look)},
	} {
		plugin := Plugin{Scenarios: scenarios}
		if _, err := plugin.describe(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, not %q", err, want)
		}
	}
}

func started(t *testing.T, scenario Scenario) *dispatcher {
	d := &dispatcher{plugin: &Plugin{Scenarios: []Scenario{scenario}}}
	if err := d.OnStart(0, []byte(`"setup"`), nil); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestATaskDecidesWhatIsNext(t *testing.T) {
	d := started(t, visitors().Task("choose", 1, func(_ *visitor, vu *VU) error {
		vu.Next("look")
		vu.NextIn(time.Millisecond)
		return nil
	}))
	got, err := d.RunTask(0, 1)
	want := host.Outcome{Next: host.NextTask, Task: 0, Exactly: true, Wait: 1000}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = d.RunTask(0, 0)
	if err != nil || got != (host.Outcome{}) {
		t.Errorf("the decision went on: %+v, %v", got, err)
	}
}

func TestAnUnknownTaskFailsTheIteration(t *testing.T) {
	d := started(t, visitors().Task("choose", 1, func(_ *visitor, vu *VU) error {
		vu.Next("lok")
		return nil
	}))
	if _, err := d.RunTask(0, 1); err == nil || err.Error() != `vu.Next("lok"): the scenario has no task of this name` {
		t.Error(err)
	}
	if _, err := d.RunTask(0, 0); err != nil {
		t.Errorf("the next iteration failed too: %v", err)
	}
	if _, err := d.RunTask(0, 9); err == nil {
		t.Error("a task that isn't there has run")
	}
}

func TestAVUThatWasNeverStartedSaysSo(t *testing.T) {
	d := started(t, Define("Visitor", func(*VU) (*visitor, error) { return &visitor{}, nil }).
		Task("look", 1, (*visitor).look).OnStop((*visitor).leave))
	if err := d.OnStop(0); err == nil || err.Error() != "left" {
		t.Error(err)
	}
	if _, err := d.RunTask(0, 0); err == nil {
		t.Error("it has run after its end")
	}
}

func TestSetupDataArrives(t *testing.T) {
	data, err := pack(map[string]int{"a": 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	vu := VU{setupData: data}
	var read struct{ A int }
	if err := vu.SetupData(&read); err != nil || read.A != 1 {
		t.Errorf("%v, %v", read, err)
	}
	if err := vu.ScenarioData(&read); err == nil || !strings.Contains(err.Error(), "setup returned nothing") {
		t.Error(err)
	}
	if _, err := pack(func() {}, nil); err == nil {
		t.Error("a function was packed")
	}
}
