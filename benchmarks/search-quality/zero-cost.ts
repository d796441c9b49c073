// How well scores of untrained networks order designs by the accuracies of published tables, beside what `hybrid`
// believes from the graph alone: Kendall's rank correlation over designs drawn at random, and the time of a score.
//
// Usage: node benchmarks/search-quality/zero-cost.ts [--tables macro,201-cifar10] [--networks 100] [--seed 1]
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import { networkKnowledge } from "../../src/search/surrogate/network-knowledge.ts";
import { naswot } from "../../src/search/zero-cost/naswot.ts";
import { synflow } from "../../src/search/zero-cost/synflow.ts";
import { type BenchmarkTable, benchmarkTables, openNumbered } from "./tables.ts";

const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "macro,201-cifar10" },
    networks: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
  },
});

/** Kendall's τ-b. */
function kendall(a: readonly number[], b: readonly number[]): number {
  let [agree, tiesA, tiesB, pairs] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [left, right] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)];
      agree += left * right;
      pairs += 1;
      if (left === 0) tiesA += 1;
      if (right === 0) tiesB += 1;
    }
  }
  return agree / Math.sqrt((pairs - tiesA) * (pairs - tiesB));
}

function standardised(numbers: readonly number[]): number[] {
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const variance = numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length;
  return numbers.map((each) => (each - mean) / Math.sqrt(variance));
}

async function measure(table: BenchmarkTable): Promise<void> {
  const { space, selection, numberOf } = await openNumbered(table);
  const domain = createDomain(space, {});
  const knowledge = networkKnowledge(domain);
  const random = createRandom(Number(values.seed), "zero-cost");
  const designs = Array.from({ length: Number(values.networks) }, () => domain.sample(random)!);
  const accuracies = designs.map((choices) => selection[numberOf(choices)]!);
  const scores: Record<string, number[]> = {
    "ln MACs": designs.map((choices) => Math.log(networkCost(space.decode(choices)).macCount)),
    "graph (hybrid's prior)": designs.map((choices) =>
      knowledge.featuresOf(choices).reduce((sum, value, i) => sum + value * knowledge.weights[i]!.mean, 0),
    ),
  };
  const milliseconds: Record<string, number> = {};
  for (const [name, score] of [
    ["NASWOT", naswot],
    ["SynFlow", synflow],
  ] as const) {
    const startedAt = performance.now();
    const own: number[] = [];
    for (const choices of designs) own.push(await score(space.decode(choices), values.seed));
    milliseconds[name] = (performance.now() - startedAt) / designs.length;
    const prior = standardised(scores["graph (hybrid's prior)"]!);
    const together = standardised(own).map((value, index) => value + prior[index]!);
    scores[name] = own;
    scores[`graph + ${name}`] = together;
  }
  const top = accuracies.toSorted((a, b) => b - a)[Math.floor(accuracies.length / 4)]!;
  const best = accuracies.flatMap((accuracy, index) => (accuracy >= top ? [index] : []));
  const within = (numbers: readonly number[]) => best.map((index) => numbers[index]!);
  console.log(`\n### ${table.name}, ${designs.length} designs at random\n`);
  console.log("| score | Kendall's τ | among the best quarter | ms a network |\n|---|--:|--:|--:|");
  for (const [name, own] of Object.entries(scores)) {
    const all = kendall(own, accuracies).toFixed(2);
    const quarter = kendall(within(own), within(accuracies)).toFixed(2);
    console.log(`| ${name} | ${all} | ${quarter} | ${milliseconds[name]?.toFixed(0) ?? ""} |`);
  }
}

for (const name of values.tables.split(",")) {
  const table = benchmarkTables.find((each) => each.name === name);
  if (table === undefined)
    throw new Error(`No table "${name}"; there are ${benchmarkTables.map((each) => each.name)}.`);
  await measure(table);
}
