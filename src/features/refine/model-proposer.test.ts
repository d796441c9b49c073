// A model as the proposer, over a socket: what it is told, that its numbers become those changes, that every candidate
// is valid and within the limits whatever it says, and that what cannot be used is recorded and left to chance.
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { initialWeights } from "../../engine/index.ts";
import { networkCost } from "../../graph/cost.ts";
import { inferShapes } from "../../graph/shapes.ts";
import { type Caps, createConversation } from "../../llm/index.ts";
import { accuracy } from "../../metrics/index.ts";
import mobile from "../../search/spaces/mobile.ts";
import {
  type Behaviour,
  behaviours,
  type ModelServer,
  startModelServer,
} from "../../testing/model-server.ts";
import { createModelProposer, readReply } from "./model-proposer.ts";
import { drawChanges, type ProposeContext, type Proposed, type Round } from "./proposer.ts";

const space = mobile.create(mobile.options.parse({ imageSize: 8, sizeClass: "tiny" }));
const network = space.decode(space.decisions.map(() => 0));
const { paramCount, macCount } = networkCost(network);
const block = "stage2.block1";
const limits = { maxParamCount: paramCount + 200, maxMacCount: macCount + 20_000 };
const local = { classEntropy: 1.234, probeAccuracy01: 0.567, effectiveRank: 7.89 };
const context: Omit<ProposeContext, "random"> = {
  design: { network, weights: initialWeights(network.nodes, 1) },
  block,
  rounds: [],
  count: 3,
  limits,
  measure: async () => ({ measures: local, entropies: [], probed: [] }),
  signal: new AbortController().signal,
};
/** The list that the model gets. */
const list = () => drawChanges({ ...context, random: createRandom("offer") }, 8);

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function propose(
  behaviour: Behaviour,
  { rounds = [], caps = {} }: { readonly rounds?: readonly Round[]; readonly caps?: Caps } = {},
): Promise<{ readonly proposed: Proposed; readonly prompt: string }> {
  server = await startModelServer({ respond: () => behaviour });
  const conversation = await createConversation({
    model: "compatible/scripted",
    baseUrl: server.baseUrl,
    environment: {},
    caps,
  });
  const proposer = createModelProposer(conversation, {
    offered: 8,
    shown: 1,
    maxOutputTokens: 2000,
    metric: accuracy,
  });
  const proposed = await proposer({ ...context, rounds, random: createRandom("offer") });
  return { proposed, prompt: String(server.requests[0]?.body.messages?.at(-1)?.content) };
}

const wordsOf = ({ changes }: Proposed) => changes.map(({ words }) => words);

test("tries what the model names, in its order", async () => {
  const { proposed, prompt } = await propose(behaviours.object({ reason: "too narrow", changes: [5, 2] }));
  const words = list().map((change) => change.words);
  expect(wordsOf(proposed)).toEqual([words[4], words[1]]);
  expect(proposed.words).toEqual({ by: "model", call: 1, reason: "too narrow" });
  expect(prompt).toContain(`5. ${words[4]} (`);
  expect(prompt).toContain("depthwise.conv: depthwise convolution");
  expect(prompt).toContain("stage2.block1: → ");
  expect(prompt).toContain("1.23 nats");
  expect(prompt).toContain("56.7");
  expect(prompt).toContain("at most");
  expect(prompt).toContain("No round is over yet.");
});

test("offers valid designs within the limits only", () => {
  const offered = list();
  expect(offered.length).toBe(8);
  expect(new Set(offered.map(({ words }) => words)).size).toBe(8);
  for (const { design } of offered) {
    const cost = networkCost(design.network);
    expect(cost.paramCount).toBeLessThanOrEqual(limits.maxParamCount);
    expect(cost.macCount).toBeLessThanOrEqual(limits.maxMacCount);
    expect(inferShapes(design.network.nodes).get(design.network.nodes.at(-1)!.id)?.join()).toBe("10,1,1");
  }
});

test.each<[name: string, behaviour: Behaviour]>([
  ["prose", behaviours.answer("I would widen it.")],
  ["numbers outside the list", behaviours.object({ reason: "x", changes: [0, 9, 99] })],
  ["another object", behaviours.object({ choices: "all" })],
])("leaves the choice to chance after %s, and says so", async (_, behaviour) => {
  const { proposed } = await propose(behaviour);
  expect(wordsOf(proposed)).toEqual(
    list()
      .slice(0, 3)
      .map(({ words }) => words),
  );
  expect(proposed.words).toEqual({
    by: "grammar",
    call: 1,
    unusable: "no number from 1 to 8 in the reply",
  });
});

test("tells of the latest rounds", async () => {
  const measured = { paramCount, macCount, local };
  const round = (name: string, score: number, chosen: number): Round => ({
    block: "stage1.block1",
    candidates: [
      { ...measured, score: 0.4 },
      { ...measured, score, words: name },
    ],
    chosen,
    proposed: { by: "grammar" },
  });
  const { prompt } = await propose(behaviours.object({ reason: "x", changes: [1] }), {
    rounds: [round("first idea", 0.5, 1), round("second idea", 0.385, 0)],
  });
  expect(prompt).toContain("second idea: -1.50 points\n");
  expect(prompt).toContain("unchanged 40.0");
  expect(prompt).toContain("1 earlier ones are left out");
  expect(prompt).not.toContain("first idea");
});

test("does not pass the caps", async () => {
  await expect(
    propose(behaviours.object({ reason: "x", changes: [1] }), { caps: { maxTokens: 10 } }),
  ).rejects.toMatchObject({ code: "budget-exhausted" });
  expect(server?.requests).toEqual([]);
});

test("reads different numbers of the list from any answer", () => {
  expect(readReply({ text: "2, 7,2, 30" }, 8).numbers).toEqual([2, 7]);
  expect(readReply({ text: "Numbers [3, 1] of the 8, I think." }, 8).numbers).toEqual([3, 1]);
  expect(readReply({ text: "the 3 blocks" }, 8).numbers).toEqual([]);
  fc.assert(
    fc.property(fc.string(), fc.option(fc.jsonValue(), { nil: undefined }), (text, object) => {
      const { numbers } = readReply({ text, ...(object !== undefined && { object }) } as never, 8);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(numbers.every((number) => Number.isInteger(number) && number >= 1 && number <= 8)).toBe(true);
    }),
  );
});
