// `npm run fuzz`: every suite with fuzz properties, for GENIUS_FUZZ_MINUTES in all (default 1; an hour is 60). The
// properties share the time evenly, and a failure prints the seed and the input that it was cut down to.
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const own = basename(import.meta.filename, ".ts");
const suites = globSync("src/**/*.test.ts").flatMap((file) => {
  const count = readFileSync(file, "utf8").split("fuzzEffort(").length - 1;
  return count === 0 ? [] : [{ file, count }];
});
const shares = suites.reduce((sum, { count }) => sum + count, 0);
const minutes = process.env.GENIUS_FUZZ_MINUTES ?? "1";
console.error(`${own}: ${shares} properties in ${suites.length} files, ${minutes} minutes in all`);
const { status } = spawnSync("npx", ["vitest", "run", ...suites.map(({ file }) => file)], {
  env: { ...process.env, GENIUS_FUZZ_MINUTES: minutes, GENIUS_FUZZ_SHARES: String(shares) },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
