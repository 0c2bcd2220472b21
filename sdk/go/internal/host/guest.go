// What the host asks of a plugin.

package host

// Guest is a plugin: the functions of `scenario` in the contract.
type Guest interface {
	Describe() (Description, error)
	Setup() ([]byte, error)
	Teardown(setupData []byte) error
	SetupScenario(scenario uint32, setupData []byte) ([]byte, error)
	TeardownScenario(scenario uint32, scenarioData []byte) error
	Shape(elapsed uint64, users uint32) (Load, error)
	OnStart(scenario uint32, setupData, scenarioData []byte) error
	RunTask(scenario, task uint32) (Outcome, error)
	OnStop(scenario uint32) error
}

var (
	// Plugin is what the exports ask; nil as long as there is none.
	Plugin Guest
	// Start is what sets Plugin, called once when it is needed first.
	Start func()
)

// guest is the plugin, started.
func guest() Guest {
	if Plugin == nil && Start != nil {
		Start()
	}
	if Plugin == nil {
		panic("wasmswarm: the plugin's main doesn't call wasmswarm.Run")
	}
	return Plugin
}

// Description is what the plugin offers.
type Description struct {
	About     string
	Scenarios []ScenarioInfo
	Options   string
	Shape     bool
}

// ScenarioInfo is one workload.
type ScenarioInfo struct {
	Name string
	// Fixed says that VUs is a number of VUs; otherwise it is a weight.
	Fixed      bool
	VUs        uint32
	Sequential bool
	Wait       Wait
	Tasks      []TaskInfo
}

// TaskInfo is one step of a scenario.
type TaskInfo struct {
	Name   string
	Weight uint32
	Tags   []string
}

// Waits as the contract numbers them.
const (
	WaitNone uint8 = iota
	WaitConstant
	WaitUniform
	WaitPacing
	WaitThroughput
	WaitExponential
)

// Wait is a pause between two tasks, in microseconds.
type Wait struct {
	Kind uint8
	// Low is the only bound, unless there are two.
	Low, High uint64
	// Rate is the throughput.
	Rate float64
}

// Loads as the contract numbers them.
const (
	LoadUsers uint8 = iota
	LoadRate
	LoadStop
)

// Load is what a shape asks for.
type Load struct {
	Kind      uint8
	Users     uint32
	SpawnRate float64
	Scenarios []string
	Rate      float64
}

// The next task as the contract numbers it.
const (
	NextScheduled uint8 = iota
	NextTask
	NextStop
)

// Outcome is what a task decided about what comes after it.
type Outcome struct {
	Next uint8
	Task uint32
	// Exactly says that Wait, in microseconds, takes the place of the scenario's pause.
	Exactly bool
	Wait    uint64
}
