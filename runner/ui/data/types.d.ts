// The data that components show. `Embedded` is what a report carries (written by runner/src/report/html/compact.rs); a
// live page can make a `Results` of snapshots instead.

export interface Statistics {
  count: number; mean: number; min: number;
  p50: number; p90: number; p95: number; p99: number; p999: number; max: number;
}

export type Percentile = 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max';
export type Percentiles = Record<Percentile, number[]>;

/** What happened when: columns of equal length, times in microseconds. */
export interface Track {
  at: number[]; seconds: number[]; requests: number[]; failures: number[];
  service: Percentiles | null; response: Percentiles | null;
  /** Only of the whole run. */
  started?: number[]; dropped?: number[]; vus?: number[]; red?: boolean[];
}

export interface Bucket { value: number; count: number }

export interface RequestRow {
  scenario: string; method: string; name: string; requests: number; failures: number; rate: number;
  duration: Statistics; response: Statistics;
}

export interface Threshold {
  metric: string; rule: string; ok: boolean | null; observed: number | null; limit: number;
  unit: 'milliseconds' | 'per-second' | 'share' | 'bytes' | 'number'; reason: string;
}

export interface Totals {
  requests: number; failures: number; rate: number; requests_started: number; requests_interrupted: number;
  requests_unsent: number; requests_refused: number; reused: number; duration: Statistics; response: Statistics;
  bytes_sent: number; bytes_received: number; iterations_planned: number; iterations_started: number;
  iterations_dropped: number; iterations: { ok: number; failed: number; trapped: number; interrupted: number };
  iteration_rate: number; iteration_duration: Statistics; checks_passed: number; checks_failed: number;
  instances_replaced: number;
}

/** The results file, but for its long lists of numbers. Described in runner/src/results/model/summary.md. */
export interface Summary {
  version: string; plugin: string; plan: any; plan_hash: string; started: string; ended: string; seconds: number;
  end: { reason: string; code: number; text: string };
  thresholds: Threshold[]; totals: Totals;
  metrics: Record<string, { type: string; values: any }>;
  requests: RequestRow[];
  failures: { method: string; name: string; message: string; detail: string; count: number }[];
  checks: { scenario: string; name: string; passed: number; failed: number }[];
  custom: { name: string; tags: string; kind: string; value: any }[];
  iterations: { scenario: string; task: string; ok: number; failed: number; trapped: number; interrupted: number;
    duration: Statistics }[];
  errors: { scenario: string; task: string; message: string; count: number }[];
  denials: { kind: string; count: number }[];
  health: Record<string, any>;
  warm_up?: { totals: Totals };
  flags: Record<string, number>;
  wrong: string[];
  /** Since a later minor version. */
  command?: string[]; machine?: Record<string, any>; changes?: { at: number; text: string }[];
}

export interface Embedded {
  summary: Summary;
  history: Omit<Track, 'red'> & { red: (0 | 1)[] };
  axes: { at: number[]; seconds: number[] }[];
  /** Parallel to the rows of `summary.requests`. */
  requests: {
    axis?: number; requests?: string; failures?: string; service?: string[]; response?: string[];
    service_times: string; response_times?: string; statuses: Record<string, number>;
  }[];
  service_times: string; response_times?: string; statuses: Record<string, number>;
}

/** What is shown of the whole run, or of one kind of request. */
export interface Subject {
  label: string; row: RequestRow | null; track: Track | null;
  service: Bucket[]; response: Bucket[]; statuses: Record<string, number>;
  serviceTimes: Statistics; responseTimes: Statistics;
}

export interface Results {
  summary: Summary;
  /** The run's own history, whatever is looked at. */
  run: Track;
  subject(request: number | null): Subject;
}
