// Scripts in the class style: each exported class is a scenario.

import { refusal } from "./state.js";
import { isShape, isUser, Next, none, task, Task } from "./user.js";

export function hasClasses(namespace) {
  return Array.isArray(namespace.default) || Object.values(namespace).some(isUser);
}

/**
 * The scenarios: the classes that the default export lists, in that order, or all that are exported,
 * in the order of their names.
 */
export function readClasses(namespace) {
  const main = namespace.default;
  if (typeof main === "function" && !isUser(main) && !isShape(main)) {
    throw refusal(
      "there is a default function beside classes: a script is in k6's shape or has classes, not both",
    );
  }
  const classes = Array.isArray(main)
    ? main
    : [...new Set(Object.values(namespace).filter(isUser))];
  const other = classes.find((one) => !isUser(one));
  if (other !== undefined || classes.length === 0) {
    throw refusal("the default export must list classes that extend User of `wasmswarm`");
  }
  const shapes = Object.values(namespace).filter(isShape);
  if (shapes.length > 1) throw refusal("more than one LoadShape is exported: a run has one");
  return {
    scenarios: classes.map(scenario),
    options: namespace.options,
    shape: shapes.length > 0 ? shape(new shapes[0]()) : undefined,
  };
}

function scenario(type) {
  const name = type.scenarioName ?? type.name;
  const tasks = tasksOf(type, name);
  const methods = tasks.map((one) => type.prototype[one.method]);
  const indexes = new Map(tasks.map((one, index) => [one.name, index]));
  let user;
  return {
    info: {
      name,
      population: populationOf(type, name),
      order: orderOf(type.order, name),
      wait: waitOf(type.wait, name),
      tasks: tasks.map(({ name, weight, tags }) => ({ name, weight, tags })),
    },
    setup: typeof type.setup === "function" ? (data) => type.setup(data) : undefined,
    teardown: typeof type.teardown === "function" ? (own) => type.teardown(own) : undefined,
    start(data, own) {
      user = new type();
      return user.onStart?.(data, own);
    },
    run: (index) => methods[index].call(user),
    stop: () => user?.onStop?.(),
    outcome: (result) => (result instanceof Next ? outcome(result, indexes, name) : undefined),
  };
}

function tasksOf(type, name) {
  const given = type.tasks;
  if (!Array.isArray(given) || given.length === 0) {
    throw refusal(
      `${name} has no tasks: list its methods, such as \`static tasks = [task(3, "browse"), task("buy")]\``,
    );
  }
  const tasks = given.map((one) => (one instanceof Task ? one : task(one)));
  const missing = tasks.find((one) => typeof type.prototype[one.method] !== "function");
  if (missing !== undefined)
    throw refusal(`${name} has no method ${missing.method}, which its tasks name`);
  return tasks;
}

function populationOf(type, name) {
  const tag = type.fixed === undefined ? "weight" : "fixed";
  const val = type[tag] ?? 1;
  if (!Number.isInteger(val) || val < 0)
    throw refusal(`${name}.${tag}: ${val} isn't a whole number from 0`);
  return { tag, val };
}

function orderOf(order = "random", name) {
  const at = ["random", "sequential"].indexOf(order);
  if (at < 0) throw refusal(`${name}.order: "${order}" must be "random" or "sequential"`);
  return at;
}

function waitOf(wait = none, name) {
  if (typeof wait?.tag === "string") return wait;
  throw refusal(`${name}.wait: use constant, between, pacing, throughput or exponential`);
}

function outcome({ task, wait }, indexes, name) {
  const index = task === undefined ? undefined : indexes.get(task);
  if (task !== undefined && index === undefined) {
    throw new Error(
      `next("${task}"): ${name} has no task of this name; it has: ${[...indexes.keys()].join(", ")}`,
    );
  }
  return {
    next: index === undefined ? { tag: "scheduled" } : { tag: "task", val: index },
    wait: wait === undefined ? { tag: "scheduled" } : { tag: "exactly", val: wait },
  };
}

/** The host's form of what a `LoadShape` answers. */
function shape(object) {
  if (typeof object.tick !== "function")
    throw refusal("a LoadShape needs a method tick(elapsed, users)");
  return (elapsed, users) => targetOf(object.tick(elapsed, users));
}

function targetOf(answer) {
  if (answer === undefined || answer === null) return { tag: "stop" };
  if (answer.rate !== undefined) return { tag: "rate", val: answer.rate };
  const { users, spawnRate = 0, scenarios = [] } = answer;
  if (!Number.isInteger(users) || users < 0) {
    throw new TypeError(
      `tick(): answer { users }, { rate } or null for the end, not ${JSON.stringify(answer)}`,
    );
  }
  return {
    tag: "users",
    val: {
      users,
      spawnRate,
      scenarios: scenarios.map((one) => one.scenarioName ?? one.name ?? one),
    },
  };
}
