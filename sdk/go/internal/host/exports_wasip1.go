// The functions that the host calls, under their canonical names.

package host

import (
	"math"
	"unsafe"
)

// Each answers with the address of its result. That is memory of its own: the host reads it after
// the call has returned, and nothing else runs before the next one.

// textResult is `result<list<u8>, string>` and `result<_, string>`.
type textResult struct {
	failed uint8
	value  span
}

var (
	answered textResult
	// told keeps alive what the last answer points to.
	told []byte
)

func tell(value []byte, err error) unsafe.Pointer {
	answered = textResult{}
	if err != nil {
		answered.failed = 1
		value = asBytes(err.Error())
	}
	told = value
	answered.value = listSpan(value)
	return unsafe.Pointer(&answered)
}

// given is an argument, to keep.
func given(address, length uint32) []byte { return span{address, length}.own() }

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#setup
func setup() unsafe.Pointer { return tell(guest().Setup()) }

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#teardown
func teardown(data, dataLength uint32) unsafe.Pointer {
	reading()
	setupData := given(data, dataLength)
	done()
	return tell(nil, guest().Teardown(setupData))
}

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#setup-scenario
func setupScenario(scenario, data, dataLength uint32) unsafe.Pointer {
	reading()
	setupData := given(data, dataLength)
	done()
	return tell(guest().SetupScenario(scenario, setupData))
}

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#teardown-scenario
func teardownScenario(scenario, data, dataLength uint32) unsafe.Pointer {
	reading()
	scenarioData := given(data, dataLength)
	done()
	return tell(nil, guest().TeardownScenario(scenario, scenarioData))
}

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#on-start
func onStart(scenario, setup, setupLength, data, dataLength uint32) unsafe.Pointer {
	reading()
	setupData, scenarioData := given(setup, setupLength), given(data, dataLength)
	done()
	return tell(nil, guest().OnStart(scenario, setupData, scenarioData))
}

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#on-stop
func onStop(scenario uint32) unsafe.Pointer { return tell(nil, guest().OnStop(scenario)) }

// taskResult is `result<outcome, string>`.
type taskResult struct {
	failed uint8
	_      [7]byte
	// Of a failed one, next and task are the address and the length of the text.
	next    uint32
	task    uint32
	exactly uint8
	wait    uint64
}

var ran taskResult

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#run-task
func runTask(scenario, task uint32) unsafe.Pointer {
	outcome, err := guest().RunTask(scenario, task)
	if err != nil {
		told = asBytes(err.Error())
		text := listSpan(told)
		ran = taskResult{failed: 1, next: text.address, task: text.length}
		return unsafe.Pointer(&ran)
	}
	ran = taskResult{next: uint32(outcome.Next), task: outcome.Task, wait: outcome.Wait}
	if outcome.Exactly {
		ran.exactly = 1
	}
	return unsafe.Pointer(&ran)
}

// loadResult is `result<load-target, string>`.
type loadResult struct {
	failed uint8
	_      [7]byte
	// Of a failed one, kind and length are the address and the length of the text.
	kind   uint32
	length uint32
	// first is the number of users, or the bits of the rate.
	first     uint64
	spawnRate float64
	scenarios span
}

var (
	load      loadResult
	loadNames texts
)

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#shape
func shape(elapsed uint64, users uint32) unsafe.Pointer {
	target, err := guest().Shape(elapsed, users)
	if err != nil {
		told = asBytes(err.Error())
		text := listSpan(told)
		load = loadResult{failed: 1, kind: text.address, length: text.length}
		return unsafe.Pointer(&load)
	}
	load = loadResult{kind: uint32(target.Kind)}
	switch target.Kind {
	case LoadUsers:
		loadNames = lowerTexts(target.Scenarios)
		load.first = uint64(target.Users)
		load.spawnRate = target.SpawnRate
		load.scenarios = listSpan(loadNames.spans)
	case LoadRate:
		load.first = math.Float64bits(target.Rate)
	}
	return unsafe.Pointer(&load)
}

// texts are a list of texts as the host reads it, with the texts that it points to.
type texts struct {
	spans []span
	kept  []string
}

func lowerTexts(list []string) texts {
	spans := make([]span, len(list))
	for i, text := range list {
		spans[i] = textSpan(text)
	}
	return texts{spans, list}
}

// rawTask is the contract's `task-info`.
type rawTask struct {
	name   span
	weight uint32
	tags   span
}

// rawScenario is the contract's `scenario-info`.
type rawScenario struct {
	name  span
	fixed uint8
	vus   uint32
	order uint8
	_     [7]byte
	wait  uint8
	low   uint64
	high  uint64
	tasks span
}

// descriptionResult is `result<description, string>`.
type descriptionResult struct {
	failed uint8
	// Of a failed one, about is the text.
	about     span
	scenarios span
	options   span
	shape     uint8
}

// described is the last description as the host reads it, with all that it points to.
var described struct {
	raw       descriptionResult
	from      Description
	scenarios []rawScenario
	tasks     [][]rawTask
	tags      []texts
}

//go:wasmexport wasmswarm:scenario/scenario@0.1.0#describe
func describe() unsafe.Pointer {
	d := &described
	from, err := guest().Describe()
	if err != nil {
		told = asBytes(err.Error())
		d.raw = descriptionResult{failed: 1, about: listSpan(told)}
		return unsafe.Pointer(&d.raw)
	}
	d.from, d.scenarios, d.tasks, d.tags = from, nil, nil, nil
	for _, scenario := range from.Scenarios {
		d.scenarios = append(d.scenarios, lowerScenario(scenario))
	}
	d.raw = descriptionResult{
		about:     textSpan(from.About),
		scenarios: listSpan(d.scenarios),
		options:   textSpan(from.Options),
	}
	if from.Shape {
		d.raw.shape = 1
	}
	return unsafe.Pointer(&d.raw)
}

func lowerScenario(s ScenarioInfo) rawScenario {
	tasks := make([]rawTask, len(s.Tasks))
	for i, task := range s.Tasks {
		tags := lowerTexts(task.Tags)
		described.tags = append(described.tags, tags)
		tasks[i] = rawTask{textSpan(task.Name), task.Weight, listSpan(tags.spans)}
	}
	described.tasks = append(described.tasks, tasks)
	raw := rawScenario{
		name:  textSpan(s.Name),
		vus:   s.VUs,
		wait:  s.Wait.Kind,
		low:   s.Wait.Low,
		high:  s.Wait.High,
		tasks: listSpan(tasks),
	}
	if s.Fixed {
		raw.fixed = 1
	}
	if s.Sequential {
		raw.order = 1
	}
	if s.Wait.Kind == WaitThroughput {
		raw.low = math.Float64bits(s.Wait.Rate)
	}
	return raw
}
