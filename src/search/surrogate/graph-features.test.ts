import { expect, test } from "vitest";
import { networkCost } from "../../graph/cost.ts";
import { parseChoices } from "../choices.ts";
import channelBench from "../spaces/channel-bench-resnet.ts";
import cells from "../spaces/nas-bench-201.ts";
import { graphFeatures } from "./graph-features.ts";

const space = cells.create(cells.options.parse({ classCount: 10, imageSize: 32 }));
const featuresOf = (digits: string) => graphFeatures(space.decode(parseChoices(space, digits)));
// Beside the cells: the stem, two reductions (two convolutions, or one beside them) and the classifier.
const [longestBeside, shortestBeside] = [1 + 2 * 2 + 1, 1 + 2 * 1 + 1];

test("a cell of convolutions is as deep as its longest and shortest chain of edges, fifteen times", () => {
  const { longestDepth, shortestDepth, meanPoolings } = featuresOf("333333");
  expect([longestDepth, shortestDepth]).toEqual([15 * 3 + longestBeside, 15 * 1 + shortestBeside]);
  expect(meanPoolings).toBe(0);
});

test("an identity from a cell's input to its output makes the shortest path free", () => {
  expect(featuresOf("333133").shortestDepth).toBe(shortestBeside);
  expect(featuresOf("333133").longestDepth).toBe(15 * 3 + longestBeside);
});

test("poolings are counted on average over the paths", () => {
  // One path: pooling, then a convolution.
  const { meanPoolings, longestDepth, meanDepth } = featuresOf("400030");
  expect([meanPoolings, longestDepth]).toEqual([15, 15 + longestBeside]);
  expect(meanDepth).toBeCloseTo(15 + 1 + 1 + 2 * 1.5, 9);
});

test("edges that lead nowhere, or come from nowhere, cost nothing", () => {
  const direct = featuresOf("000300");
  expect(featuresOf("330300")).toEqual(direct);
  expect(featuresOf("000333")).toEqual(direct);
  expect(direct.logMacs).toBeGreaterThan(10);
});

test("a network that is cut has nothing", () => {
  for (const digits of ["000000", "333000", "000033"])
    expect(Object.values(featuresOf(digits))).toEqual([0, 0, 0, 0, 0, 0]);
});

test("where every part carries a signal, MACs are those of the cost count", () => {
  const resNet = channelBench.create({});
  const network = resNet.decode([3, 2, 3, 3, 3, 1, 3]);
  expect(Math.exp(graphFeatures(network).logMacs) - 1).toBeCloseTo(networkCost(network).macCount, -2);
});
