// hybrid in whole studies on published tables: by itself, and with a language model behind a real socket that knows
// much, knows nothing, or talks nonsense.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import table from "../../evaluators/table.ts";
import { openTable } from "../../evaluators/tables/accuracy-table.ts";
import { type Conversation, createConversation } from "../../llm/index.ts";
import { runStudy } from "../../study/run-study.ts";
import {
  type Behaviour,
  behaviours,
  type ModelRequest,
  startModelServer,
} from "../../testing/model-server.ts";
import { createDomain } from "../constraints/create-domain.ts";
import { answersInWords, modelAnswers } from "../model-answers.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { Trial } from "../trial.ts";
import hybrid from "./hybrid.ts";

const environment = {};
const space = macro.create({});
const judge = await openTable({ space, dataset: "cifar10" });
const evaluator = await table.create(
  { space, dataset: "cifar10", folder: "", seed: 1, environment },
  table.options.parse({}),
);
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function study(
  trials: number,
  conversation?: Conversation,
  recorded?: readonly Trial[],
  options: object = {},
  rungs?: readonly number[],
) {
  const domain = createDomain(space, {});
  const fidelity = { full: {}, ...(rungs && { rungs }) };
  const setting = { domain, evaluations: trials, task: "CIFAR-10", fidelity };
  const strategy = hybrid.create(
    { ...setting, ...(conversation && { conversation }) },
    hybrid.options.parse(options),
  );
  return runStudy({
    domain,
    evaluator,
    strategy,
    trials,
    parallel: 1,
    seed: 1,
    ...(recorded && { recorded }),
  });
}

async function converse(
  respond: (request: ModelRequest, number: number) => Behaviour,
  caps?: { readonly maxCalls: number },
) {
  const server = await startModelServer({ respond });
  closing.push(() => server.close());
  const folder = await mkdtemp(join(tmpdir(), "genius-hybrid-"));
  const conversation = await createConversation({
    model: "compatible/scripted",
    baseUrl: server.baseUrl,
    environment: {},
    folder,
    ...(caps && { caps }),
  });
  closing.push(() => conversation.close());
  return { conversation, requests: server.requests };
}

const candidates = (...designs: readonly (readonly [design: string, percent: number])[]) =>
  behaviours.object({
    candidates: designs.map(([design, expectedAccuracyPercent]) => ({
      reason: `because ${design}`,
      choices: [...design].map(Number),
      expectedAccuracyPercent,
    })),
  });
const scoreOf = ({ outcome }: Trial) => (outcome.kind === "scored" ? outcome.score : 0);
const byOf = (trials: readonly Trial[]) => trials.map(({ proposal }) => proposal.by.replace("hybrid/", ""));
const promptOf = ({ body }: ModelRequest) =>
  (body.messages ?? []).map(({ content }) => String(content)).join("\n");

test("without a model it finds one of the best four of 6,561 networks in ten evaluations", async () => {
  const { best, trials } = await study(10);
  expect(judge.rankOf(best!.proposal.choices)).toBeLessThanOrEqual(4);
  expect(new Set(byOf(trials))).toEqual(new Set(["surrogate"]));
});

test("a model that knows the best network is believed at once", async () => {
  const { conversation, requests } = await converse(() =>
    candidates(["00000000", 90], ["22212220", 93.1], ["22212202", 93.1], ["22210220", 92.9]),
  );
  const { trials } = await study(4, conversation);
  expect(byOf(trials).slice(0, 1)).toEqual(["model"]);
  expect(trials.slice(0, 3).map(({ proposal }) => proposal.choices.join(""))).toContain("22212220");
  const first = trials.find(({ proposal }) => proposal.choices.join("") === "22212220")!;
  expect(first.proposal).toMatchObject({ rationale: "because 22212220" });
  expect(requests.length).toBe(2);
  const prompt = promptOf(requests[1]!);
  expect(prompt).toContain("The surrogate's own next designs:");
  expect(prompt).toMatch(/layer1 \(now \d\) to 0: -\d+\.\d\d ± \d/);
  expect(prompt).toContain('you expected 93.1; your reason: "because 22212220"');
  expect(prompt).toContain("You offered these before");
});

test("a model that praises poor networks is soon distrusted, and then not asked any more", async () => {
  const { conversation, requests } = await converse((_, number) =>
    candidates([`0000${[0, 1, 2].map((place) => Math.floor(number / 3 ** place) % 3).join("")}0`, 99]),
  );
  const { trials, best } = await study(30, conversation);
  const from = byOf(trials);
  expect(from.slice(0, 10)).toContain("model");
  expect(from.slice(15)).not.toContain("model");
  expect(requests.length).toBeLessThanOrEqual(10);
  expect(judge.rankOf(best!.proposal.choices)).toBeLessThanOrEqual(20);
});

test("replies that cannot be read cost a call and no evaluation", async () => {
  const replies = [behaviours.answer("Let me think."), behaviours.object({ candidates: [{ choices: [1] }] })];
  const { conversation } = await converse((_, number) => replies[number % 2]!);
  const { trials } = await study(5, conversation);
  expect(byOf(trials)).toEqual(Array(5).fill("surrogate"));
  expect(trials.every(({ outcome }) => outcome.kind === "scored")).toBe(true);
});

test("a model that answers nothing usable is asked three times, and the trials say so", async () => {
  const { conversation, requests } = await converse(() => behaviours.answer(""));
  const { trials } = await study(6, conversation);
  expect(requests).toHaveLength(3);
  expect(trials.every(({ outcome }) => outcome.kind === "scored")).toBe(true);
  const proposals = trials.map(({ proposal }) => proposal);
  expect(proposals.map(({ modelEnded }) => modelEnded !== undefined)).toEqual([
    false,
    false,
    false,
    true,
    false,
    false,
  ]);
  expect(answersInWords(proposals)).toBe(
    "Of 3 answers of the model none was used. 3 could not be used: the reply is empty. The model was not asked any more: 3 answers in a row could not be used (the reply is empty).",
  );
});

test("answers that are read and not followed are counted, with why, by the rule of 2026-11", async () => {
  const { conversation } = await converse((_, n) => candidates(["22212220", 93.1], [`0000000${n % 3}`, 60]));
  const { trials } = await study(4, conversation, undefined, { prompt: "genius-2026-11" });
  const proposals = trials.map(({ proposal }) => proposal);
  expect(modelAnswers(proposals)).toMatchObject({ asked: 4, unusable: [] });
  expect(answersInWords(proposals)).toMatch(/^Of 4 answers of the model \d w.*gave way: /);
});

test("a model that fails for good in mid-run leaves the surrogate to finish; one that never answered ends the search", async () => {
  const gone = await converse((_, n) =>
    n <= 2 ? candidates([`2221222${n % 3}`, 93]) : behaviours.error(401, "key revoked"),
  );
  const { trials, reason } = await study(6, gone.conversation, undefined, { every: 1 });
  expect([trials.length, reason, gone.requests.length]).toEqual([6, "trials-spent", 3]);
  expect(trials[2]!.proposal.modelEnded).toMatch(/key revoked/);
  // What it offered before stays on offer.
  expect(trials.slice(2).every(({ proposal }) => proposal.call === undefined)).toBe(true);

  const never = await converse(() => behaviours.error(401, "no such key"));
  await expect(study(6, never.conversation)).rejects.toMatchObject({ code: "key-rejected" });
});

test("a design of prose is read, and designs that were tried are passed over", async () => {
  const { conversation } = await converse(() =>
    behaviours.answer("I would take the design [2, 2, 2, 1, 2, 2, 2, 0] now."),
  );
  const { trials } = await study(3, conversation);
  expect(trials[0]!.proposal).toMatchObject({ by: "hybrid/model", choices: [2, 2, 2, 1, 2, 2, 2, 0] });
  expect(byOf(trials)).toEqual(["model", "surrogate", "surrogate"]);
});

test("continues without the model when its cap is reached", async () => {
  const { conversation, requests } = await converse((_, n) => candidates([`2222222${n % 3}`, 93]), {
    maxCalls: 2,
  });
  const { trials, reason } = await study(6, conversation);
  expect([trials.length, reason, requests.length]).toEqual([6, "trials-spent", 2]);
  expect(byOf(trials).slice(2)).toEqual(Array(4).fill("surrogate"));
});

test("a design that the model names again has another measurement in a turn of the model's, where that is allowed", async () => {
  const respond = (_: ModelRequest, number: number) =>
    number === 1
      ? candidates(["22212220", 93.1], ["22212202", 92])
      : candidates(["22212220", 93.05], ["22212222", 92.5]);
  const { conversation, requests } = await converse(respond);
  const { trials } = await study(7, conversation, undefined, { repeats: true });
  const measured = trials.filter(({ proposal }) => proposal.choices.join("") === "22212220");
  expect(measured.map(({ proposal: { by, repeat } }) => [by, repeat])).toEqual([
    ["hybrid/model", undefined],
    ["hybrid/model", 1],
    // Asked once more by the third reply.
    ["hybrid/model", 2],
  ]);
  expect(measured[1]!.proposal).toMatchObject({
    rationale: "because 22212220",
    predicted: { score: 0.9305 },
  });
  expect(promptOf(requests[0]!)).toContain("is measured again, with another seed, if you name it");
  const usual = await converse(respond);
  const once = await study(7, usual.conversation);
  expect(new Set(once.trials.map(({ proposal }) => proposal.choices.join())).size).toBe(7);
  expect(promptOf(usual.requests[0]!)).not.toContain("again");
});

test("by the clock the model may say what is not worth a longer training, in the replies that are asked anyway", async () => {
  const { conversation, requests } = await converse((_, number) =>
    behaviours.object({
      candidates: [{ reason: "r", choices: [2, 2, 2, 1, 2, 2, 2, number], expectedAccuracyPercent: 92 }],
      forecasts: [],
      stop:
        number === 1
          ? []
          : [
              { trial: 99, reason: "flat" },
              { trial: 1, reason: "overfits" },
            ],
    }),
  );
  const { trials } = await study(5, conversation, undefined, {}, [5, 15]);
  expect(requests).toHaveLength(2);
  const best = trials.slice(0, 3).reduce((a, b) => (scoreOf(b) > scoreOf(a) ? b : a)).number;
  expect(trials[3]!.proposal.stops).toEqual([
    { trial: 99, reason: "flat", refused: "it is no measured design of this search" },
    { trial: 1, reason: "overfits", ...(best === 1 && { refused: "it is the best design so far" }) },
  ]);
  expect(trials.filter(({ proposal }) => proposal.stops !== undefined)).toHaveLength(1);
  expect(promptOf(requests[1]!)).toMatch(/trial \d: \d{8} {2}/);
  expect(promptOf(requests[1]!)).toContain("trained for 15 s in all");
});

test("repeats are refused by the clock", () => {
  const setting = {
    domain: createDomain(space, {}),
    evaluations: 4,
    task: "CIFAR-10",
    fidelity: { full: { seconds: 5 } },
  };
  const conversation = {} as Conversation;
  expect(() => hybrid.create({ ...setting, conversation }, hybrid.options.parse({ repeats: true }))).toThrow(
    "--repeats needs a search by the number of trials",
  );
});

test("a search with a model continues after a stop as if nothing had happened", async () => {
  const respond = ({ body }: ModelRequest) => {
    const left = /(\d+) evaluations are left/.exec(JSON.stringify(body))?.[1] ?? "";
    return candidates([`222${Number(left) % 3}2${Number(left) % 2}20`, 92.5], ["22222211", 92]);
  };
  const whole = await study(8, (await converse(respond)).conversation);
  const again = await converse(respond);
  const begun = await study(8, again.conversation);
  const resumed = await study(8, again.conversation, begun.trials.slice(0, 5));
  const without = (trials: readonly Trial[]) =>
    trials.map(({ proposal: { call: _, unusedAnswers, ...proposal }, outcome }) => ({
      proposal,
      unused: unusedAnswers?.map(({ why }) => why),
      outcome,
    }));
  expect(without(begun.trials)).toEqual(without(whole.trials));
  expect(without(resumed.trials)).toEqual(without(whole.trials));
});

test("the model may ask for what the surrogate expects, and a server without tools is asked without them", async () => {
  const design = [2, 0, 2, 1, 2, 1, 2, 0];
  const candidates = { candidates: [{ reason: "late width", choices: design, expectedAccuracyPercent: 92 }] };
  const answers: string[] = [];
  const asking = await converse(({ body }) => {
    const last = body.messages?.at(-1);
    if (last?.role === "tool") {
      answers.push(String(last.content));
      return behaviours.object(candidates);
    }
    return { kind: "tools", calls: [{ name: "surrogate", input: { designs: [design] } }] };
  });
  const { trials } = await study(3, asking.conversation, undefined, { every: 1 });
  expect(trials.length).toBe(3);
  expect(answers[0]).toContain("Nothing is expected yet");
  expect(answers[1]).toMatch(/"percent":\d/);
  const names = (asking.requests[0]!.body.tools as { function: { name: string } }[]).map(
    (tool) => tool.function.name,
  );
  expect(names).toEqual(["cost", "neighbours", "layers", "tried", "surrogate"]);

  const bare = await converse(({ body }) =>
    body.tools === undefined
      ? behaviours.object(candidates)
      : behaviours.error(400, "scripted does not support tools"),
  );
  const without = await study(3, bare.conversation);
  expect(without.trials.length).toBe(3);
  expect(without.trials.some(({ proposal }) => proposal.by === "hybrid/model")).toBe(true);
});
