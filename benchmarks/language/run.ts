// Texts that are read, checked and costed per second on one core, and all cells of NAS-Bench-201 printed and read back.
//
// Usage: node benchmarks/language/run.ts [--cells 15625]
import { parseArgs } from "node:util";
import { canonicalKey } from "../../src/graph/canonical.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { isSame, printNetwork } from "../../src/language/print.ts";
import { readNetwork } from "../../src/language/read.ts";
import { allDesigns } from "../../src/search/constraints/create-domain.ts";
import cells from "../../src/search/spaces/nas-bench-201.ts";

const { values } = parseArgs({ options: { cells: { type: "string", default: "15625" } } });

const resnet8 = `input 3x32x32
block basic c s=1:
  residual(conv c k3 s norm relu conv c k3 norm else conv c s norm) relu
conv 16 k3 norm relu
basic 16
basic 32 s2
basic 64 s2
globalpool flatten linear 10
`;
const network = readNetwork(resnet8);

/** The rate of the best run of a few hundred, over three seconds. */
function rateOf(action: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 3000;
  do {
    const start = performance.now();
    for (let run = 0; run < 300; run += 1) action();
    best = Math.min(best, (performance.now() - start) / 300);
  } while (performance.now() < end);
  return 1000 / best;
}

const perSecond = (rate: number) => `${Math.round(rate).toLocaleString("en")}/s`;
console.log(`a text of ${network.nodes.length} nodes`);
console.log(`  read, checked and costed ${perSecond(rateOf(() => readNetwork(resnet8)))}`);
console.log(`  costed alone             ${perSecond(rateOf(() => networkCost(network)))}`);
console.log(`  printed and checked      ${perSecond(rateOf(() => printNetwork(network)))}`);

const space = cells.create(cells.options.parse({}));
const designs = allDesigns(space).slice(0, Number(values.cells));
const start = performance.now();
let characters = 0;
const wrong = designs.filter((choices) => {
  const cell = space.decode(choices);
  const text = printNetwork(cell);
  characters += text.length;
  const again = readNetwork(text);
  return !isSame(again, cell) || canonicalKey(again) !== canonicalKey(cell);
});
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(
  `${designs.length - wrong.length} of ${designs.length} cells read back to the same graph and key, ${Math.round(characters / designs.length)} characters on average, ${seconds} s`,
);
if (wrong.length > 0) process.exitCode = 1;
