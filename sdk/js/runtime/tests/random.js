// Random numbers come from the run's seed, not from the build.
// expect: as at the top level: false
// expect: all in range: true
const early = Math.random();

export default function () {
  const numbers = Array.from({ length: 1000 }, Math.random);
  console.log(`as at the top level: ${numbers.includes(early)}`);
  console.log(`all in range: ${numbers.every((x) => x >= 0 && x < 1)}`);
}
