// TransNAS-Bench-101's cells: six edges of four operations, two cells in each of five modules that double the channels
// and halve the map three times (41414). The key of a design is its six digits.
//
// Differs from the published code: where a skip must change shape, its two half convolutions read the even and the odd
// places of the map; ours is one convolution of as many parameters and MACs that reads the even ones.
import { conv, norm } from "../../graph/blocks.ts";
import type { NetworkBuilder } from "../../graph/network.ts";
import { keyOf } from "../choices.ts";
import { type Choices, defineSpace, type Space } from "../space.ts";
import { edgeDecisions, cellEdges as edges, reluConvNorm, wireCell } from "./parts/cell-blocks.ts";
import { cellKey, type EdgeRole } from "./parts/cell-key.ts";
import { strideText } from "./parts/texts.ts";
import { addModules, type ModuleShape, modulesOf, stemChannels, transnasSpace } from "./parts/transnas.ts";

const labels = [
  "none: zeros, no connection",
  "skip: identity, or ReLU, convolution 1×1, batch norm where the shape changes",
  "ReLU, convolution 1×1, batch norm",
  "ReLU, convolution 3×3, batch norm",
] as const;

const decisions = edgeDecisions(labels);
const skeleton = "41414";

export default defineSpace(
  transnasSpace({
    name: "transnas-micro",
    summary:
      "A cell of six edges, each one of four operations, stacked ten times at 128, 256 and 512 channels. 4,096 designs, all published with validation accuracy only on scenes, objects and segmentation of Taskonomy's photographs.",
    words: "A cell of six edges, each one of four operations, stacked ten times at 128, 256 and 512 channels",
    members: {
      decisions,
      firstDigit: 0,
      costScopes: decisions.map((_, index) => [index]),
      networks: { count: 2002, keyOf: networkKey },
      parse: parseCode,
    },
    asText: (input) => ({ text: textOf(input) }),
    keyOf,
    addBody: (build, stem, choices) =>
      addModules(stem, skeleton, ({ module, part }, x, shape) =>
        cell(build, `module${module}.cell${part}`, x, { ...shape, choices }),
      ),
  }),
);

function textOf(input: Space["input"]): string {
  const first = "{zero n s|fit n s|relu conv n s norm|relu conv n k3 s norm}";
  const later = "{zero|in|relu conv n norm|relu conv n k3 norm}";
  return `input ${input.join("x")}
block fit n s: residual(zero n s else relu conv n s norm)  # nothing, where the shape stays
block cell n s=1:
  a = ${first}
  b = add(${first}, a ${later})
  add(${first}, a ${later}, b ${later})
conv ${stemChannels / 2} k3 s2 norm relu conv ${stemChannels} k3 s2 norm
${modulesOf(skeleton)
  .map(({ outChannels, stride }) => `cell ${outChannels}${strideText(stride)} x2`)
  .join("\n")}
globalpool flatten linear classes
`;
}

/** Equal where two cells are one network, both where the shape stays and where a skip from the input is a convolution. */
function networkKey(choices: Choices): string {
  const known = networkKeys.get(choices.join(""));
  if (known !== undefined) return known;
  const roleOf = (option: number) => roles[option] as EdgeRole;
  const reducing = choices.map((option, edge) => (option === 1 && edges[edge]?.from === 0 ? 2 : option));
  const key = `${cellKey(choices, roleOf)} ${cellKey(reducing, roleOf)}`;
  networkKeys.set(choices.join(""), key);
  return key;
}
const networkKeys = new Map<string, string>();
const roles: readonly EdgeRole[] = ["zero", "identity", "weighted", "weighted"];

function cell(
  build: NetworkBuilder,
  id: string,
  input: string,
  { choices, ...first }: ModuleShape & { readonly choices: Choices },
): string {
  const later = { inChannels: first.outChannels, outChannels: first.outChannels, stride: 1 } as const;
  return wireCell(build, id, input, ({ index, from }, edge, source) =>
    operation(build, edge, source, { ...(from === 0 ? first : later), digit: choices[index] as number }),
  );
}

function operation(
  build: NetworkBuilder,
  id: string,
  input: string,
  { digit, inChannels, outChannels, stride }: ModuleShape & { readonly digit: number },
): string {
  if (digit === 0) return build.add(id, { kind: "zero", outChannels, stride }, input);
  if (digit === 1) {
    if (stride === 1 && inChannels === outChannels) return input;
    const active = build.add(`${id}.act`, { kind: "activation", function: "relu" }, input);
    return norm(build, `${id}.norm`, conv(build, `${id}.conv`, active, { outChannels, kernel: 1, stride }));
  }
  return reluConvNorm(build, id, input, { outChannels, kernel: digit === 2 ? 1 : 3, stride });
}

/** Reads the published code of a network, `64-41414-1_02_333`. */
function parseCode(text: string): Choices | undefined {
  const digits = /^64-41414-([0-3])_([0-3]{2})_([0-3]{3})$/.exec(text);
  return digits === null ? undefined : [...digits.slice(1).join("")].map(Number);
}
