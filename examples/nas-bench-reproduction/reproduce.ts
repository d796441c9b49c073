// The published facts of NAS-Bench-Macro, found again: its best network, what the largest one is worth, and what chance finds –
// with the public API, on the published table.
//
//   npm run example examples/nas-bench-reproduction/reproduce.ts -- [--seeds 20] [--evaluations 25]
import { parseArgs } from "node:util";
import { assemble, createRandom, keyOf, largestFeasible, runStudy } from "genius-nas";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "20" }, evaluations: { type: "string", default: "25" } },
});
const evaluations = Number(values.evaluations);

/** The parts of one search, as the command makes them. */
const partsOf = (strategy: string, seed: number) =>
  assemble(
    {
      ...{
        dataset: "cifar10",
        task: "CIFAR-10",
        space: "nas-bench-macro",
        spaceOptions: {},
        limits: {},
        parallel: 1,
        seed,
      },
      ...{
        strategy,
        strategyOptions: {},
        evaluator: "table",
        evaluatorOptions: {},
        modelOptions: {},
        trials: evaluations,
      },
    },
    { folder: ".", environment: process.env },
  );

async function rankOf(strategy: string, seed: number): Promise<number> {
  const { domain, evaluator, strategy: member, close } = await partsOf(strategy, seed);
  const { best } = await runStudy({
    domain,
    evaluator,
    strategy: member,
    trials: evaluations,
    parallel: 1,
    seed,
  });
  const tested = await evaluator.test!({
    trialNumber: 1,
    proposal: best!.proposal,
    network: domain.space.decode(best!.proposal.choices),
    fidelity: {},
    seed,
    signal: new AbortController().signal,
  });
  await close();
  return tested.detail!.rank as number;
}

const { domain, evaluator } = await partsOf("random", 1);
const largest = largestFeasible(domain, "macCount")!;
const lookUp = async (choices: readonly number[]) => {
  const request = {
    proposal: { choices, fidelity: {}, by: "example" },
    network: domain.space.decode(choices),
  };
  const outcome = await evaluator.evaluate({
    ...request,
    trialNumber: 1,
    fidelity: {},
    seed: 1,
    signal: new AbortController().signal,
  });
  return outcome.kind === "scored" ? outcome.accuracy01 : 0;
};
console.log(`best of 6,561: ${(100 * evaluator.optimum01!).toFixed(2)} %`);
console.log(`the largest, ${keyOf(domain.space, largest)}: ${(100 * (await lookUp(largest))).toFixed(2)} %`);
console.log(`one at random: ${(100 * (await lookUp(domain.sample(createRandom("example"))!))).toFixed(2)} %`);
for (const strategy of ["random", "evolution", "hybrid"]) {
  const ranks: number[] = [];
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) ranks.push(await rankOf(strategy, seed));
  ranks.sort((a, b) => a - b);
  console.log(
    `${strategy}: median rank ${ranks[Math.floor(ranks.length / 2)]} of 6,561 after ${evaluations} evaluations, ${values.seeds} seeds`,
  );
}
