// TransNAS-Bench-101's skeletons: four to six modules of two residual blocks, each of which keeps the shape, doubles the
// channels, halves the map or does both. A skeleton doubles one to three times and halves one to four times, so the 6,400
// vectors stand for 3,256 networks: what a vector has too much is left out, what it lacks is done by its last module.
import { conv, norm } from "../../graph/blocks.ts";
import type { NetworkBuilder } from "../../graph/network.ts";
import { type Choices, type Decision, defineSpace } from "../space.ts";
import { reluConvNorm } from "./parts/cell-blocks.ts";
import { addModules, type ModuleShape, transnasSpace } from "./parts/transnas.ts";

const types = [
  "keep channels and map",
  "double the channels",
  "halve the map",
  "double the channels and halve the map",
] as const;
const [absent, maxDoublings, maxHalvings] = [types.length, 3, 4];

const decisions: readonly Decision[] = Array.from({ length: 6 }, (_, index) => ({
  name: `module${index + 1}`,
  meaning: `What module ${index + 1} (two residual blocks) does to the shape${index < 4 ? "" : ", or that it is left out"}; only the first three doublings and four halvings count, and the last module doubles or halves if none before it does.`,
  kind: "categorical",
  about: "architecture",
  options: [...types, ...(index < 4 ? [] : ["no such module"])].map((label) => ({ label })),
}));

export default defineSpace(
  transnasSpace({
    name: "transnas-macro",
    summary:
      "A skeleton of four to six modules, each of which keeps the shape, doubles the channels, halves the map or does both. 3,256 networks, all published with validation accuracy only on scenes, objects and segmentation of Taskonomy's photographs.",
    words:
      "A skeleton of four to six modules, each of which keeps the shape, doubles the channels, halves the map or does both",
    members: {
      decisions,
      firstDigit: 1,
      costScopes: [decisions.map((_, index) => index)],
      networks: { count: 3256, keyOf: skeletonOf },
      tableKey: skeletonOf,
      parse: parseSkeleton,
    },
    asText: () => ({
      unsayable:
        "what a module does depends on how many before it doubled or halved, and a text does not count its choices",
    }),
    keyOf: (_, choices) => skeletonOf(choices),
    addBody: (build, stem, choices) =>
      addModules(stem, skeletonOf(choices), ({ module, part }, x, shape) =>
        residual(build, `module${module}.block${part}`, x, shape),
      ),
  }),
);

/** The published key: one digit a module, 1 keeps, 2 doubles the channels, 3 halves the map, 4 does both. */
function skeletonOf(choices: Choices): string {
  const modules = choices.filter((choice) => choice !== absent);
  const chosen = (does: (choice: number) => boolean, limit: number): readonly number[] => {
    const places = modules.flatMap((choice, place) => (does(choice) ? place : []));
    return places.length === 0 ? [modules.length - 1] : places.slice(0, limit);
  };
  const doubling = chosen((choice) => choice === 1 || choice === 3, maxDoublings);
  const halving = chosen((choice) => choice === 2 || choice === 3, maxHalvings);
  return modules
    .map((_, place) => 1 + (doubling.includes(place) ? 1 : 0) + (halving.includes(place) ? 2 : 0))
    .join("");
}

/** Reads a skeleton of four to six digits, alone or as the published code `64-41414-basic`. */
function parseSkeleton(text: string): Choices | undefined {
  const digits = /^(?:64-)?([1-4]{4,6})(?:-basic)?$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  return decisions.map((_, index) => (digits[index] === undefined ? absent : Number(digits[index]) - 1));
}

/** ReLU–3×3–norm twice, beside an identity or, where the shape changes, a 1×1 convolution and norm. */
function residual(build: NetworkBuilder, id: string, input: string, shape: ModuleShape): string {
  const { inChannels, outChannels, stride } = shape;
  let x = reluConvNorm(build, `${id}.first`, input, { outChannels, kernel: 3, stride });
  x = reluConvNorm(build, `${id}.second`, x, { outChannels, kernel: 3 });
  let beside = input;
  if (stride !== 1 || inChannels !== outChannels) {
    beside = conv(build, `${id}.shortcut.conv`, input, { outChannels, kernel: 1, stride });
    beside = norm(build, `${id}.shortcut.norm`, beside);
  }
  return build.add(`${id}.add`, { kind: "add" }, beside, x);
}
