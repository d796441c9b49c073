// Networks whose parameters and MACs are counted per second on one core: decoded and counted, by the cost model, and
// by ptflops and fvcore on the same NAS-Bench-Macro networks in the same run.
//
// Usage: node benchmarks/cost/run.ts [--python PYTHON], one that has torch, ptflops and fvcore.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { keyOf } from "../../src/search/choices.ts";
import { costModelOf } from "../../src/search/constraints/cost-model.ts";
import { anyDesign } from "../../src/search/constraints/create-domain.ts";
import type { Choices, Space } from "../../src/search/space.ts";
import mobileNet from "../../src/search/spaces/channel-bench-mobilenet.ts";
import resNet from "../../src/search/spaces/channel-bench-resnet.ts";
import genius from "../../src/search/spaces/genius-imagenet.ts";
import mobile from "../../src/search/spaces/mobile.ts";
import cells from "../../src/search/spaces/nas-bench-201.ts";
import macro from "../../src/search/spaces/nas-bench-macro.ts";

const { values } = parseArgs({ options: { python: { type: "string", default: "python3" } } });
const peerDesigns = 100;
const random = createRandom("benchmark");
const macroSpace = macro.create({});

/** Runs of `count` over all designs until half a second is over; the rate of the best run. */
function rateOf(designs: readonly Choices[], count: (choices: Choices) => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 500;
  do {
    const start = performance.now();
    for (const choices of designs) count(choices);
    best = Math.min(best, performance.now() - start);
  } while (performance.now() < end);
  return (1000 * designs.length) / best;
}

const perSecond = (rate: number) => `${Math.round(rate).toLocaleString("en")}/s`.padStart(14);

interface Peer {
  readonly seconds: number;
  readonly found: readonly (readonly [macCount: number, paramCount: number])[];
}

function peersOf(python: string, designs: readonly Choices[]): Readonly<Record<string, Peer | string>> {
  const script = fileURLToPath(new URL("count_torch.py", import.meta.url));
  const input = designs.map((choices) => keyOf(macroSpace, choices)).join("\n");
  return JSON.parse(execFileSync(python, [script], { input, encoding: "utf8", maxBuffer: 1e8 }));
}

console.log(
  `${"space".padEnd(24)}${"decode, count".padStart(14)}${"cost model".padStart(14)}${"model built".padStart(13)}`,
);
const spaces: readonly Space[] = [
  macroSpace,
  resNet.create({}),
  mobileNet.create({}),
  cells.create(cells.options.parse({})),
  genius.create({ classCount: 1000 }),
  mobile.create(mobile.options.parse({})),
];
let macroRate = 0;
for (const space of spaces) {
  const start = performance.now();
  const model = costModelOf(space);
  const builtMs = performance.now() - start;
  const designs = Array.from({ length: 1000 }, () => anyDesign(space, random));
  const counted = rateOf(designs, (choices) => networkCost(space.decode(choices)));
  const modelled = model === undefined ? 0 : rateOf(designs, model.costOf);
  if (space === macroSpace) macroRate = counted;
  console.log(
    `${space.name.padEnd(24)}${perSecond(counted)}${perSecond(modelled)}${`${builtMs.toFixed(0)} ms`.padStart(13)}`,
  );
}

const designs = Array.from({ length: peerDesigns }, () => anyDesign(macroSpace, random));
const ours = designs.map((choices) => networkCost(macroSpace.decode(choices)));
const peers = peersOf(values.python, designs);
console.log(`\nnas-bench-macro, ${peerDesigns} networks, one thread (torch ${peers.torch})`);
console.log(`${"genius".padEnd(24)}${perSecond(macroRate)}`);
for (const [name, peer] of Object.entries(peers)) {
  if (typeof peer === "string") continue;
  const rate = designs.length / peer.seconds;
  const same = ours.filter(({ paramCount }, index) => peer.found[index]?.[1] === paramCount).length;
  const excess = ours.map(({ macCount }, index) => (peer.found[index]?.[0] ?? 0) / macCount - 1);
  const worst = Math.max(...excess.map(Math.abs));
  console.log(
    `${name.padEnd(24)}${perSecond(rate)}   genius is ${Math.round(macroRate / rate)} times as fast; parameters equal for ${same} of ${designs.length}, MACs up to ${(100 * worst).toFixed(1)} % apart (it counts norms and activations)`,
  );
}
