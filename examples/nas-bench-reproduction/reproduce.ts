// The published facts of NAS-Bench-Macro, found again: its best network, the accuracy of the largest one, and what searches
// find – with the public API, on the published table.
//
//   npm run example examples/nas-bench-reproduction/reproduce.ts -- [--seeds 20] [--evaluations 25]

import { parseArgs } from "node:util";
import { bench, createDomain, createRandom, keyOf, largestFeasible, openData } from "genius-nas";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "20" }, evaluations: { type: "string", default: "25" } },
});
const data = await openData("nas-bench-macro");
if (data.kind !== "table") throw new Error("NAS-Bench-Macro is a published table.");
const { space, table } = data;
const domain = createDomain(space, {});
const percent = (share01: number) => `${(100 * share01).toFixed(2)} %`;
const accuracyOf = (choices: readonly number[]) => percent(table.lookUp(choices)?.selection01 ?? 0);

const largest = largestFeasible(domain, "macCount")!;
console.log(`best of ${table.designCount.toLocaleString("en")}: ${percent(table.optimum01)}`);
console.log(`the largest, ${keyOf(space, largest)}: ${accuracyOf(largest)}`);
console.log(`one at random: ${accuracyOf(domain.sample(createRandom("example"))!)}`);

const { comparison } = await bench({
  space: "nas-bench-macro",
  strategies: ["random", "evolution", "hybrid"],
  evaluations: [Number(values.evaluations)],
  seeds: Number(values.seeds),
});
for (const { strategy, evaluations, seeds, rank } of comparison.results) {
  console.log(
    `${strategy}: median rank ${rank?.median} of ${table.designCount.toLocaleString("en")} after ${evaluations} evaluations, ${seeds} seeds`,
  );
}
