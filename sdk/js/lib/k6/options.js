// `k6/options` has types only. TypeScript lets scripts import types as if they were values, so the names exist.

export const Options = undefined;
export const Scenario = undefined;
export const Stage = undefined;
export const Threshold = undefined;
