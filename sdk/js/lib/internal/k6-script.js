// What a script in k6's shape says about itself, for `k6/execution`.

export const script = { options: {} };

export function setScript(options) {
  script.options = options;
}
