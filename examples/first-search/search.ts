// A first search: a network for handwritten digits under a budget, from data to files, in a few minutes.
//
//   npm run example examples/first-search/search.ts -- [--quick]
import { search } from "genius-nas";

const quick = { epochs: 1, finalEpochs: 1, dataFraction01: 0.1 };
const run = await search({
  data: "digits",
  limits: { maxParams: "20k", maxMacs: "2M" },
  budget: { trials: 3 },
  evaluatorOptions: process.argv.includes("--quick") ? quick : {},
  onEvent: (event) => event.kind === "trial" && console.log(event.trial.number, event.trial.outcome.kind),
});
console.log(run.verdict.join("\n"));
console.log(run.files.join("\n"));
