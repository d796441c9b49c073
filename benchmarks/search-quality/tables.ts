// The fifteen published tables that searches are compared on, what they should reach, and a table opened for quick reading.
import { openTable } from "../../src/evaluators/tables/accuracy-table.ts";
import type { Choices, Space } from "../../src/search/space.ts";
import channelMobilenet from "../../src/search/spaces/channel-bench-mobilenet.ts";
import channelResnet from "../../src/search/spaces/channel-bench-resnet.ts";
import cells from "../../src/search/spaces/nas-bench-201.ts";
import macro from "../../src/search/spaces/nas-bench-macro.ts";
import natsSize from "../../src/search/spaces/nats-size.ts";
import transnasMacro from "../../src/search/spaces/transnas-macro.ts";
import transnasMicro from "../../src/search/spaces/transnas-micro.ts";

/** By number of evaluations: a median rank, or mean accuracies in percent. */
export type Goal = Readonly<
  Record<number, { readonly rank: number } | { readonly validation: number; readonly test: number }>
>;

export interface BenchmarkTable {
  readonly name: string;
  readonly dataset: string;
  readonly space: () => Space;
  /** What `hybrid` should reach without a language model. */
  readonly goal: Goal;
}

export const benchmarkTables: readonly BenchmarkTable[] = [
  {
    name: "macro",
    dataset: "cifar10",
    space: () => macro.create({}),
    goal: { 10: { rank: 4 }, 25: { rank: 1 } },
  },
  {
    name: "channel-resnet",
    dataset: "cifar10",
    space: () => channelResnet.create({}),
    goal: { 10: { rank: 8 }, 50: { rank: 1 } },
  },
  {
    name: "channel-mobilenet",
    dataset: "cifar10",
    space: () => channelMobilenet.create({}),
    goal: { 10: { rank: 12 }, 25: { rank: 1 } },
  },
  {
    name: "201-cifar10",
    dataset: "cifar10",
    space: () => cells.create(cells.options.parse({ classCount: 10, imageSize: 32 })),
    goal: { 10: { validation: 91.07, test: 93.79 }, 50: { validation: 91.55, test: 94.3 } },
  },
  {
    name: "201-cifar100",
    dataset: "cifar100",
    space: () => cells.create(cells.options.parse({ classCount: 100, imageSize: 32 })),
    goal: { 10: { validation: 71.0, test: 71.0 }, 50: { validation: 73.3, test: 73.3 } },
  },
  {
    name: "201-imagenet16",
    dataset: "imagenet16-120",
    space: () => cells.create(cells.options.parse({ classCount: 120, imageSize: 16 })),
    goal: { 10: { validation: 45.3, test: 45.0 }, 50: { validation: 46.6, test: 46.2 } },
  },
  ...(
    [
      ["cifar10", 10, 32],
      ["cifar100", 100, 32],
      ["imagenet16-120", 120, 16],
    ] as const
  ).map(([dataset, classCount, imageSize]) => ({
    name: `size-${dataset}`,
    dataset,
    space: () => natsSize.create(natsSize.options.parse({ classCount, imageSize })),
    goal: {},
  })),
  ...[transnasMicro, transnasMacro].flatMap(({ name, options, create }) =>
    (
      [
        ["class_scene", 47],
        ["class_object", 75],
        ["segmentsemantic", 17],
      ] as const
    ).map(([dataset, classCount]) => ({
      name: `${name}-${dataset}`,
      dataset,
      space: () => create(options.parse({ classCount })),
      goal: {},
    })),
  ),
];

/** A table whose designs are numbered: the choices are the digits of the number, the last decision's the lowest. */
export interface NumberedTable {
  readonly space: Space;
  readonly counts: readonly number[];
  /** Accuracies in [0, 1] by number: the one selected on, and the one on test data. */
  readonly selection: Float64Array;
  readonly test: Float64Array;
  readonly ranks: Uint32Array;
  numberOf(choices: Choices): number;
}

export async function openNumbered({ space: create, dataset }: BenchmarkTable): Promise<NumberedTable> {
  const space = create();
  const table = await openTable({ space, dataset });
  const counts = space.decisions.map(({ options }) => options.length);
  const size = counts.reduce((product, count) => product * count, 1);
  const selection = new Float64Array(size);
  const test = new Float64Array(size);
  const ranks = new Uint32Array(size);
  for (let number = 0; number < size; number += 1) {
    let rest = number;
    const choices = counts.map(() => 0);
    for (let index = counts.length - 1; index >= 0; index -= 1) {
      choices[index] = rest % counts[index]!;
      rest = Math.floor(rest / counts[index]!);
    }
    const found = table.lookUp(choices);
    if (found === undefined) throw new Error(`${space.name}: ${choices} is not in the table`);
    selection[number] = found.selection01;
    test[number] = found.test01 ?? Number.NaN;
    ranks[number] = table.rankOf(choices) as number;
  }
  const numberOf = (choices: Choices) =>
    choices.reduce((sum, choice, index) => sum * counts[index]! + choice, 0);
  return { space, counts, selection, test, ranks, numberOf };
}
