// expect: runs
// title: k6/execution: who runs which iteration
// requests: 0
// checks: 12
// iterations: 6
import { check } from "k6";
import exec from "k6/execution";

export const options = {
  scenarios: { main: { executor: "per-vu-iterations", vus: 2, iterations: 3 } },
};

export default function () {
  check(exec, {
    "virtual user": ({ vu }) =>
      vu.idInTest === __VU && vu.iterationInScenario === __ITER && __ITER >= 0 && __ITER < 3,
    scenario: ({ scenario, instance, test }) =>
      scenario.name === "main" &&
      scenario.executor === "per-vu-iterations" &&
      scenario.iterationInTest < 6 &&
      instance.currentTestRunDuration >= 0 &&
      test.options.scenarios.main.vus === 2,
  });
}
