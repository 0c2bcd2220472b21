// From the functions that the host calls to the scenario that this instance is.

package wasmswarm

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// dispatcher is the plugin as the host calls it. One instance is one VU, so there is one of it.
//
// A panic isn't caught here: Go prints it and ends the instance, the host reports what was printed,
// and the VU goes on in a fresh one.
type dispatcher struct {
	plugin *Plugin
	vu     VU
	life   running
}

func (d *dispatcher) Describe() (host.Description, error) {
	return d.plugin.describe()
}

func (d *dispatcher) Setup() ([]byte, error) {
	if d.plugin.Setup == nil {
		return nil, nil
	}
	value, err := d.plugin.Setup(&d.vu)
	return pack(value, err)
}

func (d *dispatcher) Teardown(setupData []byte) error {
	d.vu.setupData = setupData
	if d.plugin.Teardown == nil {
		return nil
	}
	return d.plugin.Teardown(&d.vu)
}

func (d *dispatcher) SetupScenario(scenario uint32, setupData []byte) ([]byte, error) {
	d.vu.setupData = setupData
	s, err := d.scenario(scenario)
	if err != nil {
		return nil, err
	}
	value, err := s.setup(&d.vu)
	return pack(value, err)
}

func (d *dispatcher) TeardownScenario(scenario uint32, scenarioData []byte) error {
	d.vu.scenarioData = scenarioData
	s, err := d.scenario(scenario)
	if err != nil {
		return err
	}
	return s.teardown(&d.vu)
}

func (d *dispatcher) Shape(elapsed uint64, users uint32) (host.Load, error) {
	if d.plugin.Shape == nil {
		return Finish().raw, nil
	}
	target := d.plugin.Shape(Moment{duration(elapsed), int(users)})
	return target.raw, nil
}

func (d *dispatcher) OnStart(scenario uint32, setupData, scenarioData []byte) error {
	s, err := d.scenario(scenario)
	if err != nil {
		return err
	}
	d.vu = VU{setupData: setupData, scenarioData: scenarioData, scenario: s}
	d.life = nil
	life, err := s.start(&d.vu)
	if err == nil {
		d.life = life
	}
	return err
}

func (d *dispatcher) RunTask(_, task uint32) (host.Outcome, error) {
	if d.life == nil {
		return host.Outcome{}, errors.New("this VU was never started")
	}
	d.vu.outcome = host.Outcome{}
	d.vu.problem = nil
	err := d.life.runTask(task, &d.vu)
	if err == nil {
		err = d.vu.problem
	}
	pace.safePoint()
	return d.vu.outcome, err
}

func (d *dispatcher) OnStop(uint32) error {
	if d.life == nil {
		return nil
	}
	life := d.life
	d.life = nil
	return life.stop(&d.vu)
}

func (d *dispatcher) scenario(index uint32) (Scenario, error) {
	if int(index) >= len(d.plugin.Scenarios) {
		return nil, fmt.Errorf("the plugin has no scenario %d", index)
	}
	return d.plugin.Scenarios[index], nil
}

// pack is what a setup function returned, on its way to the VUs.
func pack(value any, err error) ([]byte, error) {
	if err != nil || value == nil {
		return nil, err
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("what setup returned can't be written as JSON: %w", err)
	}
	return data, nil
}
