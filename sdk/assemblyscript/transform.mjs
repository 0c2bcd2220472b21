// A transform for asc: gives the SDK's exports the names of the contract, which no identifier can have.

const contract = "wasmswarm:scenario/scenario@0.1.0#";
const names = {
  wasmswarm_describe: contract + "describe",
  wasmswarm_setup: contract + "setup",
  wasmswarm_teardown: contract + "teardown",
  wasmswarm_setup_scenario: contract + "setup-scenario",
  wasmswarm_teardown_scenario: contract + "teardown-scenario",
  wasmswarm_shape: contract + "shape",
  wasmswarm_on_start: contract + "on-start",
  wasmswarm_run_task: contract + "run-task",
  wasmswarm_on_stop: contract + "on-stop",
  wasmswarm_realloc: "cabi_realloc",
  wasmswarm_realloc_for_good: "cabi_realloc_adapter",
};

export default class {
  afterCompile(module) {
    for (const [from, to] of Object.entries(names)) {
      const found = module.getExport(from);
      if (!found) throw new Error(`${from} isn't exported: exports.ts is to be an entry file`);
      const { value } = this.binaryen.getExportInfo(found);
      module.removeExport(from);
      module.addFunctionExport(value, to);
    }
  }
}
