// What a plugin offers: its scenarios and their tasks, as assembly/index.ts registers them.

import { lowered, lowerText, lowerTexts, Lowered, micros, put, reserve } from "./memory";

/// The pause between two tasks of one VU, spent outside of the guest. Times are seconds.
export class Wait {
  private constructor(private kind: u8, private first: u64 = 0, private last: u64 = 0) {}

  static none(): Wait {
    return new Wait(0);
  }

  /// Always the same.
  static constant(seconds: f64): Wait {
    return new Wait(1, micros(seconds));
  }

  /// Evenly distributed between two bounds, both included.
  static between(shortest: f64, longest: f64): Wait {
    return new Wait(2, micros(shortest), micros(longest));
  }

  /// Tasks start at least this far apart; one that took longer is followed at once.
  static pacing(distance: f64): Wait {
    return new Wait(3, micros(distance));
  }

  /// At most so many task starts per second and VU.
  static throughput(perSecond: f64): Wait {
    return new Wait(4, reinterpret<u64>(perSecond));
  }

  /// Exponentially distributed with this mean.
  static exponential(mean: f64): Wait {
    return new Wait(5, micros(mean));
  }

    lowerInto(place: usize): void {
    store<u8>(place, this.kind);
    store<u64>(place, this.first, 8);
    store<u64>(place, this.last, 16);
  }
}

const SCENARIO_SIZE = 56;
const TASK_SIZE = 20;

/// What is known of a scenario whatever its memory.
export abstract class AnyScenario {
  protected share: u32 = 1;
  protected isFixed: bool = false;
  protected isSequential: bool = false;
  protected pause: Wait = Wait.none();
  protected names: string[] = [];
  protected weights: u32[] = [];
  protected tags: string[][] = [];
  /// Functions that run once per run.
  make: (() => string) | null = null;
  clean: (() => void) | null = null;

  constructor(private name: string) {
    scenarios.push(this);
  }

  abstract start(): void;
  abstract run(task: u32): void;
  abstract stop(): void;

  indexOf(task: string): i32 {
    return this.names.indexOf(task);
  }

  lowerInto(place: usize): void {
    put(place, lowerText(this.name));
    store<bool>(place, this.isFixed, 8);
    store<u32>(place, this.share, 12);
    store<bool>(place, this.isSequential, 16);
    this.pause.lowerInto(place + 24);
    put(place + 48, this.lowerTasks());
  }

  private lowerTasks(): Lowered {
    const list = reserve(this.names.length * TASK_SIZE);
    for (let i = 0; i < this.names.length; i++) {
      const task = list + i * TASK_SIZE;
      put(task, lowerText(this.names[i]));
      store<u32>(task, this.weights[i], 8);
      put(task + 12, lowerTexts(this.tags[i]));
    }
    return lowered(list, this.names.length);
  }
}

/// A scenario whose VUs have a `T` as their memory. It belongs to the plugin once it is made.
export class Scenario<T> extends AnyScenario {
  private tasks: ((user: T) => void)[] = [];
  private begin: ((user: T) => void) | null = null;
  private end: ((user: T) => void) | null = null;
  private user: T | null = null;

  constructor(name: string) {
    super(name);
  }

  /// Its share of the VUs, in proportion to the other scenarios' weights.
  weight(weight: u32): this {
    this.share = weight;
    return this;
  }

  /// Exactly this many VUs.
  fixed(users: u32): this {
    this.share = users;
    this.isFixed = true;
    return this;
  }

  /// Tasks follow each other in the order in which they were added, rather than by weight.
  sequential(): this {
    this.isSequential = true;
    return this;
  }

  wait(wait: Wait): this {
    this.pause = wait;
    return this;
  }

  /// Runs once per run, before the scenario's VUs, which get the result by `scenarioData`.
  setup(make: () => string): this {
    this.make = make;
    return this;
  }

  /// Runs once per run, after all VUs.
  teardown(clean: () => void): this {
    this.clean = clean;
    return this;
  }

  /// Begins a VU's life.
  onStart(run: (user: T) => void): this {
    this.begin = run;
    return this;
  }

  /// Ends a VU's life.
  onStop(run: (user: T) => void): this {
    this.end = run;
    return this;
  }

  /// Adds a task. A weight of 0 means that it only runs when `next` names it.
  task(name: string, run: (user: T) => void, weight: u32 = 1, tags: string[] = []): this {
    this.names.push(name);
    this.weights.push(weight);
    this.tags.push(tags);
    this.tasks.push(run);
    return this;
  }

  start(): void {
    const user = instantiate<T>();
    this.user = user;
    const begin = this.begin;
    if (begin !== null) begin(user);
  }

  run(task: u32): void {
    this.tasks[task](this.user!);
  }

  stop(): void {
    const end = this.end;
    if (end !== null) end(this.user!);
  }
}

export const scenarios: AnyScenario[] = [];

export function lowerScenarios(): Lowered {
  const list = reserve(scenarios.length * SCENARIO_SIZE);
  for (let i = 0; i < scenarios.length; i++) scenarios[i].lowerInto(list + i * SCENARIO_SIZE);
  return lowered(list, scenarios.length);
}

/// How much load a shape asks for.
export class Target {
  private constructor(
    private kind: u8,
    private users: u32 = 0,
    private rate: f64 = 0,
    private scenarios: string[] = [],
  ) {}

  /// This many VUs, started or ended at this rate per second (0: all at once), which run these
  /// scenarios (none named: all of the run's).
  static users(users: u32, spawnRate: f64 = 0, scenarios: string[] = []): Target {
    return new Target(0, users, spawnRate, scenarios);
  }

  /// So many iterations started per second.
  static rate(perSecond: f64): Target {
    return new Target(1, 0, perSecond);
  }

  /// The run ends.
  static stop(): Target {
    return new Target(2);
  }

    lowerInto(place: usize): void {
    store<u8>(place, this.kind);
    if (this.kind == 1) {
      store<f64>(place, this.rate, 8);
      return;
    }
    store<u32>(place, this.users, 8);
    store<f64>(place, this.rate, 16);
    put(place + 24, lowerTexts(this.scenarios));
  }
}

/// What a shape is told once a second.
export class Moment {
  constructor(
    /// Microseconds since the run began.
    public elapsed: u64,
    /// VUs that run now.
    public users: u32,
  ) {}
}

/// The plugin as a whole.
export namespace plugin {
  /// Text for people.
  export let about: string = "";
  /// The run that the author suggests: JSON with the keys of the configuration file.
  export let options: string = "";
  /// Runs once per run, before all VUs, which get the result by `setupData`.
  export let setup: (() => string) | null = null;
  /// Runs once per run, after all VUs.
  export let teardown: (() => void) | null = null;
  /// Says once a second how much load there is to be.
  export let shape: ((moment: Moment) => Target) | null = null;
}

/// What the running call has decided: its failure, and what comes after it.
export namespace decided {
  export let failure: string | null = null;
  export let next: string = "";
  export let stop: bool = false;
  export let wait: f64 = -1;

  export function nothing(): void {
    failure = null;
    next = "";
    stop = false;
    wait = -1;
  }
}

export namespace data {
  export let ofRun: string = "";
  export let ofScenario: string = "";
}

/// Fails the running iteration, or whatever call this is, with this message. The function goes on;
/// `return` after it.
export function fail(message: string): void {
  decided.failure = message;
}

/// The task of this name is next, after this many seconds; below 0: after the scenario's wait.
export function next(task: string, wait: f64 = -1): void {
  decided.next = task;
  decided.wait = wait;
}

/// This VU ends after the running task, and isn't replaced.
export function stopUser(): void {
  decided.stop = true;
}

/// What `plugin.setup` returned.
export function setupData(): string {
  return data.ofRun;
}

/// What the scenario's own `setup` returned.
export function scenarioData(): string {
  return data.ofScenario;
}
