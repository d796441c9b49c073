// NAS-Bench-201: a cell of four feature maps whose six edges are decided, stacked 3 × 5 times between a 3×3 stem
// and a linear classifier, with a residual block that halves the map between the stacks. The network is the
// paper's; the key of a design is its cell string.
import { z } from "zod";
import { classifier, convNorm, norm } from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { imageSizeOption, sidesOf, sizeText } from "../../tasks/image-size.ts";
import { keyOf } from "../choices.ts";
import { type Choices, defineSpace, type Space } from "../space.ts";
import { edgeDecisions, cellEdges as edges, reduction, reluConvNorm, wireCell } from "./parts/cell-blocks.ts";
import { cellKey, type EdgeRole } from "./parts/cell-key.ts";

const operations = [
  { name: "none", label: "none: zeros, no connection" },
  { name: "skip_connect", label: "skip: identity" },
  { name: "nor_conv_1x1", label: "ReLU, convolution 1×1, batch norm" },
  { name: "nor_conv_3x3", label: "ReLU, convolution 3×3, batch norm" },
  { name: "avg_pool_3x3", label: "average pooling 3×3" },
] as const;

const decisions = edgeDecisions(operations.map(({ label }) => label));

const options = z.object({
  classCount: z.int().min(2).max(100_000).default(10).describe("classes: 10, 100 and 120 in the paper"),
  imageSize: imageSizeOption({ min: 8, max: 512 })
    .prefault(32)
    .describe("image size in pixels: 32, or 16 for ImageNet16-120; 24x32 is height x width"),
  stemChannels: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      "channels of the first stack (default: 16, as in the paper; another number is not the published network)",
    ),
  cellsPerStage: z
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe("cells in each of the three stacks (default: 5, as in the paper)"),
});

export default defineSpace({
  name: "nas-bench-201",
  summary:
    "A cell of six edges, each one of five operations, stacked 3 × 5 times at 16, 32 and 64 channels. 15,625 designs, all published with validation and test accuracy on CIFAR-10, CIFAR-100 and ImageNet16-120.",
  source:
    "Dong and Yang 2020, https://arxiv.org/abs/2001.00326; accuracies as in github.com/mingkai-zheng/GENIUS",
  options,
  fit: ({ imageSize, classCount }) => ({ imageSize, classCount }),
  create: createSpace,
});

function createSpace({
  classCount,
  imageSize,
  stemChannels = 16,
  cellsPerStage = 5,
}: z.output<typeof options>): Space {
  const widths = [stemChannels, 2 * stemChannels, 4 * stemChannels];
  const space: Space = {
    name: "nas-bench-201",
    summary: `A cell of six edges, each one of five operations, stacked 3 × ${cellsPerStage} times at ${widths.join(", ")} channels; ${classCount} classes, ${sizeText(imageSize)} images.`,
    input: [3, ...sidesOf(imageSize)],
    classCount,
    decisions,
    firstDigit: 0,
    costScopes: decisions.map((_, index) => [index]),
    networks: { count: 7485, keyOf: networkKey },
    tableKey: cellString,
    parse: parseCell,
    asText: () => ({ text: textOf(space.input, widths, cellsPerStage) }),
    decode(choices) {
      const build = createNetworkBuilder(`nas-bench-201/${keyOf(space, choices)}`, space.input);
      let x = convNorm(build, "stem", "input", { outChannels: stemChannels, kernel: 3 });
      widths.forEach((channels, stage) => {
        if (stage > 0) x = reduction(build, `reduction${stage}`, x, channels);
        for (let index = 1; index <= cellsPerStage; index += 1) {
          x = cell(build, `stage${stage + 1}.cell${index}`, x, { channels, choices });
        }
      });
      x = norm(build, "head.norm", x);
      x = build.add("head.act", { kind: "activation", function: "relu" }, x);
      classifier(build, x, classCount);
      return build.build();
    },
  };
  return space;
}

function textOf(input: Space["input"], widths: readonly number[], cells: number): string {
  const edge = "{zero|in|c1|c3|pool}";
  const stages = widths.map((width, stage) => `${stage === 0 ? "" : `half ${width} `}cell x${cells}`);
  return `input ${input.join("x")}
block c1: relu conv in norm
block c3: relu conv in k3 norm
block pool: avgpool 3 s1
block cell:
  a = ${edge}
  b = add(${edge}, a ${edge})
  add(${edge}, a ${edge}, b ${edge})
block half c: add(avgpool 2 conv c, relu conv c k3 s2 norm relu conv c k3 norm)
conv ${widths[0]} k3 norm
${stages.join("\n")}
norm relu globalpool flatten linear classes
`;
}

/** Equal where two cells are one network (docs/decisions/024); computed once for each of 15,625 designs. */
function networkKey(choices: Choices): string {
  const place = choices.join("");
  const known = networkKeys.get(place) ?? cellKey(choices, (option) => roles[option] as EdgeRole);
  networkKeys.set(place, known);
  return known;
}
const networkKeys = new Map<string, string>();
const roles: readonly EdgeRole[] = ["zero", "identity", "weighted", "weighted", "pure"];

interface CellSetting {
  readonly channels: number;
  readonly choices: Choices;
}

function cell(build: NetworkBuilder, id: string, input: string, { channels, choices }: CellSetting): string {
  return wireCell(build, id, input, ({ index }, edge, source) => {
    const { name } = operations[choices[index] as number] as (typeof operations)[number];
    return operation(build, edge, source, { name, channels });
  });
}

function operation(
  build: NetworkBuilder,
  id: string,
  input: string,
  { name, channels }: { readonly name: (typeof operations)[number]["name"]; readonly channels: number },
): string {
  switch (name) {
    case "none":
      return build.add(id, { kind: "zero", outChannels: channels, stride: 1 }, input);
    case "skip_connect":
      return input;
    case "nor_conv_1x1":
      return reluConvNorm(build, id, input, { outChannels: channels, kernel: 1 });
    case "nor_conv_3x3":
      return reluConvNorm(build, id, input, { outChannels: channels, kernel: 3 });
    case "avg_pool_3x3":
      return build.add(
        id,
        { kind: "pool", mode: "average", kernel: 3, stride: 1, padding: 1, countPadding: false },
        input,
      );
    default:
      return name satisfies never;
  }
}

/** The published way to write a cell: `|nor_conv_3x3~0|+|none~0|skip_connect~1|+|…|`. */
function cellString(choices: Choices): string {
  const parts = edges.map(({ from }, edge) => `${operations[choices[edge] as number]?.name}~${from}`);
  return `|${parts[0]}|+|${parts[1]}|${parts[2]}|+|${parts[3]}|${parts[4]}|${parts[5]}|`;
}

function parseCell(text: string): Choices | undefined {
  const names = operations.map(({ name }) => name).join("|");
  const found = [...text.matchAll(new RegExp(`(${names})~([0-2])`, "g"))];
  const choices = found.map((match) => operations.findIndex(({ name }) => name === match[1]));
  return choices.length === edges.length && cellString(choices) === text.replaceAll(/\s/g, "")
    ? choices
    : undefined;
}
