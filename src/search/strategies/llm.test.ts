// The language-model strategy in whole studies, against a real server on the loopback interface that answers from a
// script: good answers, unreadable ones, broken connections, limits.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import table from "../../evaluators/table.ts";
import { type Conversation, createConversation } from "../../llm/index.ts";
import { runStudy } from "../../study/run-study.ts";
import {
  type Behaviour,
  behaviours,
  type ModelRequest,
  startModelServer,
} from "../../testing/model-server.ts";
import { createDomain } from "../constraints/create-domain.ts";
import { answersInWords } from "../model-answers.ts";
import type { Limits } from "../space.ts";
import cell from "../spaces/nas-bench-201.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { Trial } from "../trial.ts";
import llm from "./llm.ts";

const environment = {};
const clock = {
  now: () => 0,
  monotonic: () => 0,
  sleep: (milliseconds: number, signal?: AbortSignal) =>
    milliseconds > 60_000
      ? new Promise<void>((done) => signal?.addEventListener("abort", () => done()))
      : Promise.resolve(),
};
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Scene {
  readonly respond: (request: ModelRequest, n: number) => Behaviour;
  readonly trials: number;
  readonly options?: Record<string, unknown>;
  readonly limits?: Limits;
  readonly caps?: { readonly maxCalls?: number };
  readonly folder?: string;
  readonly recorded?: readonly Trial[];
  readonly space?: "macro" | "cell";
  /** Seconds of training at which a race compares. */
  readonly rungs?: readonly number[];
  /** Filled with the trials as they are kept. */
  readonly kept?: Trial[];
}

async function search(scene: Scene) {
  const server = await startModelServer({ respond: (request, n) => scene.respond(request, n - 1) });
  closing.push(() => server.close());
  const folder = scene.folder ?? (await mkdtemp(join(tmpdir(), "genius-llm-strategy-")));
  const conversation = await createConversation({
    model: "compatible/scripted",
    baseUrl: server.baseUrl,
    environment: {},
    folder,
    clock,
    ...(scene.caps !== undefined && { caps: scene.caps }),
  });
  closing.push(() => conversation.close());
  return { ...(await study(scene, conversation)), requests: server.requests, folder, conversation };
}

async function study(scene: Scene, conversation: Conversation) {
  const space = scene.space === "cell" ? cell.create(cell.options.parse({}) as never) : macro.create({});
  const domain = createDomain(space, scene.limits ?? {});
  const evaluator = await table.create(
    { space, dataset: "cifar10", folder: "", seed: 1, environment },
    table.options.parse({}),
  );
  const setting = {
    domain,
    evaluations: scene.trials,
    task: "CIFAR-10",
    fidelity: { full: {}, ...(scene.rungs !== undefined && { rungs: scene.rungs }) },
    conversation,
  };
  const strategy = llm.create(setting, llm.options.parse(scene.options ?? {}));
  const result = await runStudy({
    domain,
    evaluator,
    strategy,
    trials: scene.trials,
    parallel: 1,
    seed: 1,
    ...(scene.recorded !== undefined && { recorded: scene.recorded }),
    keep: async (trial) => {
      scene.kept?.push(trial);
    },
  });
  return { result, keys: result.trials.map(({ proposal }) => proposal.choices.join("")) };
}

const proposal = (design: string, accuracy = 92) =>
  behaviours.object({
    reason: `because ${design}`,
    choices: [...design].map(Number),
    expectedAccuracyPercent: accuracy,
  });
const promptOf = ({ body }: ModelRequest) =>
  (body.messages ?? []).map(({ content }) => String(content)).join("\n");

test("proposals carry reason and prediction, and the results so far are in the next prompt", async () => {
  const designs = ["22222222", "22212220", "12212220"];
  const { result, keys, requests } = await search({
    trials: 3,
    respond: (_, n) => proposal(designs[n]!, 93),
  });
  expect(keys).toEqual(designs);
  expect(result.best).toMatchObject({
    number: 2,
    proposal: { rationale: "because 22212220", predicted: { score: 0.93 }, call: 2 },
  });
  expect(promptOf(requests[2]!)).toContain("22212220  93.13 %");
  expect(requests.length).toBe(3);
});

test("ten evaluations take ten calls and fewer than 40,000 tokens read, and none is outside the limits", async () => {
  const { result, conversation } = await search({
    trials: 10,
    limits: { maxMacCount: 60e6 },
    respond: (_, n) =>
      proposal(["2222222", "2221222", "2212222", "2122222", "1222222"][n % 5]! + String(n % 3)),
  });
  expect(result.trials.length).toBe(10);
  expect(result.trials.every(({ outcome }) => outcome.kind === "scored")).toBe(true);
  expect(result.trials.every(({ cost }) => cost.macCount <= 60e6)).toBe(true);
  expect(new Set(result.trials.map(({ proposal: { choices } }) => choices.join())).size).toBe(10);
  expect(result.trials[0]!.proposal.repairedFrom?.join("")).toBe("22222220");
  expect(conversation.spent.calls).toBe(10);
  expect(conversation.spent.inputTokens).toBeLessThan(40_000);
});

test("a model may be asked once whether it prefers another to the nearest design inside", async () => {
  const second = ["11111211", "22200010", "too large, I know"];
  const { result, requests, keys } = await search({
    trials: 3,
    limits: { maxMacCount: 60e6 },
    options: { onInfeasible: "ask" },
    respond({ body }, n) {
      const isRepair = String(body.messages?.at(-1)?.content).includes("is outside the limits");
      const number = Math.floor(n / 2);
      if (!isRepair) return proposal(["22222222", "22222222", "22222221"][number]!);
      return number < 2 ? proposal(second[number]!) : behaviours.answer(second[number]!);
    },
  });
  expect(promptOf(requests[1]!)).toMatch(
    /22222222 \([\d.]+M MACs, [\d.]+M parameters\) is outside the limits\. The nearest design inside is 11111211/,
  );
  expect(requests.length).toBe(6);
  const made = result.trials.map(({ proposal: { call, repairedFrom } }) => [call, repairedFrom?.join("")]);
  expect(keys.slice(0, 2)).toEqual(["11111211", "22200010"]);
  // It took the nearest, took another, and said nothing that can be used, so that its own is repaired.
  expect(made).toEqual([
    [2, "22222222"],
    [4, undefined],
    [5, "22222221"],
  ]);
  expect(result.trials.every(({ cost }) => cost.macCount <= 60e6)).toBe(true);
});

test("an unreadable reply is asked for once more, and then it is an outcome that costs no evaluation", async () => {
  const replies = [
    behaviours.answer("Let me think."),
    proposal("22222222"),
    behaviours.answer("not yet"),
    behaviours.answer("still no idea"),
    proposal("22212220"),
  ];
  const { result, requests } = await search({ trials: 2, respond: (_, n) => replies[n]! });
  expect(
    result.trials.map(({ outcome }) => (outcome.kind === "failed" ? outcome.reason : outcome.kind)),
  ).toEqual(["scored", "unreadable", "scored"]);
  expect(promptOf(requests[1]!)).toContain("could not be used: there is no list of 8 choices");
});

test("designs outside the limits can be returned with exact numbers instead", async () => {
  const replies = [proposal("22222222"), proposal("00000000")];
  const { result, requests } = await search({
    trials: 1,
    limits: { maxMacCount: 40e6 },
    options: { onInfeasible: "return" },
    respond: (_, n) => replies[n]!,
  });
  expect(result.trials[0]?.outcome.kind).toBe("infeasible");
  expect(promptOf(requests[1]!)).toMatch(/22222222 – outside the limits: 106[.\d]*M MACs/);
});

test("the model may ask a tool for exact costs", async () => {
  const { result, requests } = await search({
    trials: 1,
    respond: (_, n) =>
      n === 0
        ? { kind: "tools", calls: [{ name: "cost", input: { designs: [[2, 2, 2, 1, 2, 2, 2, 0], [9]] } }] }
        : proposal("22212220"),
  });
  expect(result.best?.proposal.choices.join("")).toBe("22212220");
  expect(JSON.stringify(requests[1]!.body)).toContain("85164544");
});

test("a rate limit, a broken connection and a page of HTML do not end a search; a spent budget ends it with a result", async () => {
  const script: Behaviour[] = [
    behaviours.rateLimit("1"),
    { kind: "cut" },
    proposal("22222222"),
    behaviours.html(),
    proposal("22212220"),
    proposal("12212220"),
  ];
  const { result } = await search({
    trials: 3,
    caps: { maxCalls: 3 },
    respond: (_, n) => script[n] ?? proposal("02012100"),
  });
  expect(result.trials.length).toBeGreaterThanOrEqual(2);
  expect(["budget-spent", "trials-spent"]).toContain(result.reason);
});

test("--start nominal begins from a random design with a made-up result that never counts", async () => {
  const { result, requests } = await search({
    trials: 2,
    options: { start: "nominal", nominalAccuracy01: 0.99 },
    respond: (_, n) => proposal(["02012100", "22212220"][n]!),
  });
  expect(result.trials.length).toBe(3);
  expect(result.trials[0]!.proposal.nominalScore).toBe(0.99);
  expect(result.best?.outcome.score).toBeLessThan(0.95);
  expect(promptOf(requests[0]!)).toContain("99.00 %");
});

test("the paper's protocol on NAS-Bench-201: one growing conversation, at temperature 0, with three decimals", async () => {
  const designs = ["313230", "333133", "333333"];
  const { requests } = await search({
    space: "cell",
    trials: 3,
    options: { prompt: "genius-2023" },
    respond: (_, n) => behaviours.answer(`I propose [${[...designs[n]!].join(", ")}].`),
  });
  const last = requests[2]!.body;
  expect(last.temperature).toBe(0);
  expect(last.messages?.map(({ role }) => role)).toEqual([
    "system",
    "user",
    "assistant",
    "user",
    "assistant",
    "user",
  ]);
  expect(promptOf(requests[2]!)).toMatch(/reached an accuracy of 91\.\d{3}%/);
});

test("the paper's protocol on NAS-Bench-Macro: a fresh conversation each time, with every result to two decimals", async () => {
  const designs = ["22222222", "22212220"];
  const { requests } = await search({
    trials: 2,
    options: { prompt: "genius-2023" },
    respond: (_, n) => behaviours.answer(`[${[...designs[n]!].join(", ")}]`),
  });
  expect(requests[1]!.body.messages?.map(({ role }) => role)).toEqual(["system", "user"]);
  expect(promptOf(requests[1]!)).toContain("[2, 2, 2, 2, 2, 2, 2, 2] gives an accuracy of 92.95%");
});

test("a recorded study replays without a server, to the same trials; a resumed one asks nothing twice", async () => {
  const designs = ["22222222", "22212220", "12212220", "02212220"];
  const options = { prompt: "genius-2023" };
  const first = await search({
    space: "macro",
    trials: 4,
    options,
    respond: (_, n) => behaviours.answer(`[${[...designs[n]!].join(", ")}]`),
  });
  const replay = await createConversation({ model: `replay/${first.folder}`, environment: {}, clock });
  closing.push(() => replay.close());
  const again = await study({ trials: 4, options, respond: () => behaviours.empty() }, replay);
  expect(again.result.trials).toEqual(first.result.trials);
  const resumed = await createConversation({
    model: "compatible/scripted",
    baseUrl: "http://127.0.0.1:9/v1",
    environment: {},
    folder: await copyOf(first),
    clock,
  });
  closing.push(() => resumed.close());
  const rest = await study(
    { trials: 4, options, respond: () => behaviours.empty(), recorded: first.result.trials.slice(0, 2) },
    resumed,
  );
  expect(rest.result.trials).toEqual(first.result.trials);
});

/** The folder of a finished conversation, whose record is free to be opened again. */
async function copyOf({
  folder,
  conversation,
}: {
  folder: string;
  conversation: Conversation;
}): Promise<string> {
  await conversation.close();
  expect(await readFile(join(folder, "conversation.jsonl"), "utf8")).toContain("proposal 4");
  return folder;
}

test.each<[name: string, reply: Behaviour, why: RegExp, most: number]>([
  ["empty", behaviours.answer(""), /empty/, 3],
  ["prose", behaviours.answer("Which colour do you like?"), /no list of 8/, 3],
  [
    "cut",
    { kind: "answer", text: "", reasoning: "let me think", finishReason: "length" },
    /cut at its limit.*--max-output-tokens/,
    4,
  ],
  ["refusals", { kind: "answer", text: "I cannot.", finishReason: "content_filter" }, /refused/, 3],
  [
    "calls of the tool alone",
    { kind: "tools", calls: [{ name: "cost", input: { designs: ["22222222".split("").map(Number)] } }] },
    /called the tool cost.*--cost-tool=false/,
    12,
  ],
])("three unusable answers in a row end the search with the cause: %s", async (_, reply, why, most) => {
  const server = await startModelServer({ respond: (__, n) => (n === 1 ? proposal("22222222") : reply) });
  closing.push(() => server.close());
  const conversation = await createConversation({
    model: "compatible/scripted",
    baseUrl: server.baseUrl,
    environment: {},
    clock,
  });
  const kept: Trial[] = [];
  const ended = study({ respond: () => reply, trials: 5, kept }, conversation);
  await expect(ended).rejects.toMatchObject({
    code: "model-unusable",
    message: expect.stringMatching(/3 answers of compatible\/scripted in a row could not be used/),
  });
  await expect(ended).rejects.toThrow(why);
  expect(server.requests.length - 1).toBeLessThanOrEqual(most);
  // What was found before is kept, with what became of each answer.
  expect(kept.map(({ outcome }) => outcome.kind)).toEqual(["scored", "failed"]);
  expect(answersInWords(kept.map(({ proposal: made }) => made))).toMatch(
    /^Of 3 answers of the model 1 was used\. 2 could not be used: /,
  );
});

test("a usable answer between unusable ones keeps the search going", async () => {
  const designs = ["22222222", "22212220", "12212220"];
  const { result } = await search({
    trials: 3,
    respond: (_, n) => (n % 3 === 2 ? proposal(designs[Math.floor(n / 3)]!) : behaviours.answer("Hm.")),
  });
  expect(result.trials.filter(({ outcome }) => outcome.kind === "scored")).toHaveLength(3);
});

test("lessons that the model keeps stand in the journal and in its next prompt, within their length", async () => {
  const { result, requests } = await search({
    trials: 3,
    options: { lessons: true },
    respond: (_, n) =>
      behaviours.object({
        ...{ reason: "r", choices: [2, 2, 2, 2, 2, 2, 2, n], expectedAccuracyPercent: 92 },
        lessons: `lesson ${n}`,
      }),
  });
  expect(result.trials.map(({ proposal }) => proposal.lessons)).toEqual(["lesson 0", "lesson 1", "lesson 2"]);
  const prompts = requests.map(promptOf);
  expect(prompts[0]).not.toContain("lessons so far");
  expect(prompts[2]).toContain("Your lessons so far:\n  lesson 1");
  expect(prompts[2]).not.toContain("lesson 0");
});

test("by the clock the model may say what is not worth a longer training, beside its next design", async () => {
  const scene: Scene = {
    trials: 3,
    rungs: [5, 15],
    respond: (_, n) =>
      behaviours.object({
        ...{ reason: "r", choices: [2, 2, 2, 2, 2, 2, 2, n], expectedAccuracyPercent: 92 },
        stop: n === 0 ? [] : [1, 2].map((trial) => ({ trial, reason: "flat" })),
      }),
  };
  const { result, requests } = await search(scene);
  const scores = result.trials.map(({ outcome }) => (outcome.kind === "scored" ? outcome.score : 0));
  const [best, other] = scores[0]! > scores[1]! ? [1, 2] : [2, 1];
  expect(result.trials[0]!.proposal.stops).toBeUndefined();
  expect(result.trials[2]!.proposal.stops).toContainEqual({ trial: other, reason: "flat" });
  expect(result.trials[2]!.proposal.stops).toContainEqual({
    ...{ trial: best, reason: "flat" },
    refused: "it is the best design so far",
  });
  expect(promptOf(requests[2]!)).toContain("  trial 2: 22222221  ");
  expect(promptOf(requests[2]!)).toContain('Also give "stop"');
  for (const other of [
    { ...scene, options: { stops: false } },
    { ...scene, rungs: [5] },
  ]) {
    const asked = await search(other);
    expect(asked.result.trials.every(({ proposal }) => proposal.stops === undefined)).toBe(true);
    expect(promptOf(asked.requests[2]!)).not.toContain('"stop"');
    expect(promptOf(asked.requests[2]!)).not.toContain("trial 2:");
  }
});

test("a design that is named again is measured again where that is allowed, and nowhere else", async () => {
  const respond = (_: unknown, n: number) => proposal(["22222222", "22222222", "22212220"][n]!);
  const again = await search({ trials: 3, options: { repeats: true }, respond });
  expect(again.keys).toEqual(["22222222", "22222222", "22212220"]);
  expect(again.result.trials.map(({ proposal: { repeat } }) => repeat)).toEqual([undefined, 1, undefined]);
  expect(again.result.trials.every(({ outcome }) => outcome.kind === "scored")).toBe(true);
  expect(promptOf(again.requests[2]!)).toContain("22222222 (measured again)");
  expect(promptOf(again.requests[0]!)).toContain("is measured again, with another seed, if you name it");
  const usual = await search({ trials: 3, respond });
  expect(new Set(usual.keys).size).toBe(3);
});
