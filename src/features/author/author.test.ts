// The strategy that lets a model write the space, in whole studies, against a real server on the loopback interface: a good space at once,
// errors and then a right one, none that is ever right, spaces in which nothing fits, hostile names, a revision, a resumed run.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { canonicalKey } from "../../graph/canonical.ts";
import { networkCost } from "../../graph/cost.ts";
import { createConversation } from "../../llm/index.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import { effectsOf } from "../../search/option-effects.ts";
import type { Limits } from "../../search/space.ts";
import mobile from "../../search/spaces/mobile.ts";
import type { StrategySetting } from "../../search/strategy.ts";
import type { Trial } from "../../search/trial.ts";
import { runStudy } from "../../study/run-study.ts";
import {
  type Behaviour,
  behaviours,
  type ModelRequest,
  startModelServer,
} from "../../testing/model-server.ts";
import { checkAuthored, textIn } from "./authored-space.ts";
import { grammar } from "./grammar.ts";
import author from "./strategies/author.ts";

const images = { imageSize: 28, channels: 1, classCount: 10 } as const;
const limits: Limits = { maxParamCount: 20_000, maxMacCount: 2_000_000 };
const domain = createDomain(mobile.create(mobile.options.parse(mobile.fit?.(images, limits))), limits);

const first =
  "conv {8|16} k{3|5} s2 norm relu\nconv {16|32} k3 s2 norm relu\nglobalpool flatten linear classes\n";
const second =
  "conv 16 k{3|5} s2 norm relu\nconv {16|32} k3 s2 norm relu x{1|2}\nglobalpool flatten linear classes\n";
const written = (text: string) => `Wide maps early cost most.\n\n\`\`\`text\n${text}\`\`\`\n`;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Scene {
  readonly answers: readonly (string | Behaviour)[];
  readonly trials?: number;
  readonly parallel?: number;
  readonly folder?: string;
  readonly recorded?: readonly Trial[];
  readonly options?: object;
  readonly measuring?: StrategySetting["measuring"];
}

/** A study whose score rises with the channels of the first layer, so that one alternative matters. */
async function study({
  answers,
  trials = 6,
  parallel = 1,
  recorded,
  options = {},
  measuring,
  ...scene
}: Scene) {
  const server = await startModelServer({
    respond: (_, number) => {
      const answer = answers[number - 1] ?? "no more";
      return typeof answer === "string" ? behaviours.answer(answer) : answer;
    },
  });
  closing.push(() => server.close());
  const folder = scene.folder ?? (await mkdtemp(join(tmpdir(), "genius-author-")));
  const conversation = await createConversation({
    model: "compatible/scripted",
    baseUrl: server.baseUrl,
    environment: {},
    folder,
  });
  closing.push(() => conversation.close());
  const setting = {
    domain,
    evaluations: trials,
    task: "digits in 10 classes",
    fidelity: { full: {} },
    conversation,
    ...(measuring !== undefined && { measuring }),
  };
  const kept: Trial[] = [];
  const result = await runStudy({
    domain,
    strategy: author.create(setting, author.options.parse(options)),
    evaluator: {
      selectedOn: "validation",
      fidelity: { full: {} },
      provenance: {},
      async evaluate({ network }) {
        const [stem] = network.nodes.flatMap(({ op }) => (op.kind === "conv" ? op.outChannels : []));
        const score = 0.5 + 0.01 * (stem ?? 0) + 1e-8 * networkCost(network).macCount;
        return { kind: "scored", metrics: { accuracy: score }, spent: { milliseconds: 1 } };
      },
    },
    ...{ trials, parallel, seed: 1 },
    ...(recorded !== undefined && { recorded }),
    keep: async (trial) => void kept.push(trial),
  });
  return { result, kept, folder, requests: server.requests, conversation };
}

const promptOf = ({ body }: ModelRequest) =>
  (body.messages ?? []).map(({ content }) => String(content)).join("\n");

describe("the strategy", () => {
  test("a good space at once: one call, and its designs within the limits", async () => {
    const { result, requests } = await study({ answers: [written(first)], options: { revise: false } });
    expect(requests).toHaveLength(1);
    const told = promptOf(requests[0]!);
    expect(told).toContain("digits in 10 classes");
    expect(told).toContain("Images are 1x28x28, and there are 10 classes");
    expect(told).toContain(grammar.slice(0, 200));
    expect(told).toContain("MACs are the multiply–accumulates of all convolutions and linear layers");
    // Nobody said on how many images designs are measured.
    expect(told).not.toContain("Noise:");
    expect(result.trials).toHaveLength(6);
    expect(new Set(result.trials.map(({ proposal }) => canonicalKey(proposal.network!))).size).toBe(6);
    for (const { cost, proposal, outcome } of result.trials) {
      expect(outcome.kind).toBe("scored");
      expect(cost.paramCount).toBeLessThanOrEqual(20_000);
      expect(proposal.authored).toMatchObject({ text: first, reasons: "Wide maps early cost most." });
    }
  });

  test("errors and then a right one: each is answered with its line and column", async () => {
    const answers = ["I would use convolutions.", written("conv 8 k3 bn relu\n"), written(first)];
    const { result, requests } = await study({ answers, options: { revise: false } });
    expect(requests).toHaveLength(3);
    expect(promptOf(requests[1]!)).toMatch(/there is no text between ``` fences/);
    expect(promptOf(requests[2]!)).toMatch(
      /line 1, column 11: there is no layer "bn"\. Did you mean "norm"\?/,
    );
    expect(result.best?.proposal.authored?.text).toBe(first);
  });

  test("an answer without fences is taken where it is a text and nothing else", async () => {
    const { result, requests } = await study({ answers: [first], options: { revise: false } });
    expect(requests).toHaveLength(1);
    expect(result.best?.proposal.authored).toMatchObject({ text: first, reasons: "" });
  });

  test("never right: it ends after four answers with the last mistake", async () => {
    const answers = Array.from({ length: 6 }, () => written("conv 8\n"));
    await expect(study({ answers })).rejects.toThrow(
      /wrote no space that can be searched, in 4 answers; the last mistake: .*one score a class/,
    );
  });

  test("what was found is shown with its noise, and a revised space goes on from it", async () => {
    const { result, requests } = await study({ answers: [written(first), written(second)], trials: 10 });
    expect(requests).toHaveLength(2);
    const told = promptOf(requests[1]!);
    expect(told).toContain(
      "This was your space (3 decisions, 8 designs, about 100 % of them inside the limits.",
    );
    expect(told).toMatch(
      /- conv1\.c: 8 −[\d.]+ points noise unknown \(1 design\); 16 \+[\d.]+ points noise unknown \(4 designs\)\n- conv1\.k: 3 \+[\d.]+ points ±[\d.]+ points \(2 designs\)/,
    );
    expect(told).toMatch(
      /The text of the design that reached [\d.]+ %:\nconv 16 k[35] s2 norm relu\nconv (16|32) k3 s2 norm relu\nglobalpool flatten linear classes\n\nThe text of the design/,
    );
    const texts = result.trials.map(({ proposal }) => proposal.authored?.text);
    expect(texts.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => first));
    expect(texts.at(-1)).toBe(second);
    // Networks of the first space that are in the second too are known there, and not tried again.
    expect(result.trials.every(({ outcome }) => outcome.kind === "scored")).toBe(true);
  });

  test("a model that keeps its space, or revises it wrongly, goes on with it", async () => {
    for (const answers of [
      [written(first), "keep"],
      [written(first), written("oops\n"), written("oops\n"), written("oops\n")],
    ]) {
      const { result, requests } = await study({ answers, trials: 8 });
      expect(requests.length).toBe(answers.length);
      expect(new Set(result.trials.map(({ proposal }) => proposal.authored?.text))).toEqual(new Set([first]));
    }
  });

  test("a resumed run goes on from its trials, and asks nothing twice", async () => {
    const answers = [written(first), written(second)];
    const whole = await study({ answers, trials: 10 });
    const keyOf = ({ proposal }: Trial) => canonicalKey(proposal.network!);
    for (const done of [3, 7]) {
      const again = await study({
        answers: [],
        trials: 10,
        folder: whole.folder,
        recorded: JSON.parse(JSON.stringify(whole.kept.slice(0, done))),
      });
      expect(again.requests).toHaveLength(0);
      expect(again.result.trials.map(keyOf)).toEqual(whole.result.trials.map(keyOf));
    }
    const record = await readFile(join(whole.folder, "conversation.jsonl"), "utf8");
    expect(record).toContain('"purpose":"revised space"');
  });

  test("a resumed run whose model kept the space does not ask it again", async () => {
    const whole = await study({ answers: [written(first), "keep"], trials: 8 });
    expect(whole.requests).toHaveLength(2);
    expect(whole.kept.flatMap(({ proposal }) => proposal.call ?? [])).toEqual([1, 2]);
    const done = whole.kept.findIndex(({ proposal }) => proposal.call === 2) + 1;
    const recorded = JSON.parse(JSON.stringify(whole.kept.slice(0, done))) as Trial[];
    const again = await study({ answers: [], trials: 8, recorded });
    expect(again.requests).toHaveLength(0);
    expect(again.result.trials).toHaveLength(8);
  });

  test("a model that is gone when its space is due for a revision costs no search", async () => {
    const answers = [written(first), behaviours.error(401, "no such key")];
    const { result } = await study({ answers, trials: 8 });
    expect(result.trials).toHaveLength(8);
    const ended = result.trials.flatMap(({ proposal }) => proposal.modelEnded ?? []);
    expect(ended).toEqual([expect.stringMatching(/key|401/)]);
  });

  test("what was measured counts in a revised space that is written in other words", async () => {
    // Of the two layers of `first`, as a block with other names; half of its designs are in both.
    const renamed =
      "stem = {8|16}\nblock b c k: conv c k s2 norm relu\nb stem {3|5}\nb {16|24} 3\nglobalpool flatten linear classes\n";
    const { result } = await study({ answers: [written(first), written(renamed)], trials: 8 });
    expect(result.trials.every(({ outcome }) => outcome.kind === "scored")).toBe(true);
    const revised = result.trials.filter(({ proposal }) => proposal.authored?.text === renamed);
    expect(revised.length).toBeGreaterThan(0);
    for (const { proposal, outcome } of revised) {
      expect(proposal.rationale).toBe("highest expected improvement");
      // The score rises by 8 points with the wider stem, and nothing but the networks of `first` says so.
      const { score } = outcome as Extract<typeof outcome, { kind: "scored" }>;
      expect(Math.abs((proposal.predicted?.score ?? 0) - score)).toBeLessThan(0.05);
    }
  });

  test("any of the strategies without a model searches in the space, and is resumed", async () => {
    for (const explorer of ["evolution", "gp", "tpe", "local-search", "random"]) {
      const options = { revise: false, explorer };
      const whole = await study({ answers: [written(first)], options });
      expect(whole.requests).toHaveLength(1);
      const keysOf = ({ trials }: { readonly trials: readonly Trial[] }) =>
        trials.map(({ proposal }) => canonicalKey(proposal.network!));
      expect(new Set(keysOf(whole.result)).size).toBe(6);
      const recorded = JSON.parse(JSON.stringify(whole.kept.slice(0, 3))) as Trial[];
      const again = await study({ answers: [], options, folder: whole.folder, recorded });
      expect(keysOf(again.result)).toEqual(keysOf(whole.result));
    }
  });

  test("the noise of a measurement is told where scores are shares of validation images", async () => {
    const measuring = { selectedOn: "validation", validationImages: 1_000 } as const;
    const { requests } = await study({ answers: [written(first)], options: { revise: false }, measuring });
    // 2√2 √(p(1 − p) / 1000) = 2.69 points, with p = 901 / 1002.
    expect(promptOf(requests[0]!)).toMatch(
      /scored on 1k validation images\. Near 90(\.0+)? %, two designs that are equally good differ by up to 2\.69 points/,
    );
  });

  test("several evaluations at once", async () => {
    const { result } = await study({ answers: [written(first), "keep"], trials: 8, parallel: 3 });
    expect(new Set(result.trials.map(({ proposal }) => canonicalKey(proposal.network!))).size).toBe(8);
  });
});

describe("the check", () => {
  const check = (text: string) => {
    const checked = checkAuthored(text, domain, { name: "author1" });
    return "fault" in checked ? checked.fault : checked.facts;
  };

  test("a space in which nothing, or nearly nothing, is inside the limits", () => {
    expect(
      check("conv {512|1024} k3 norm relu\nconv {512|1024} k3\nglobalpool flatten linear classes"),
    ).toMatch(/20k parameters|20,000|limit/i);
    const wide = `conv {4|${Array.from({ length: 40 }, (_, index) => 400 + index).join("|")}} k3 norm\nconv {4|${Array.from({ length: 40 }, (_, index) => 400 + index).join("|")}} k3\nglobalpool flatten linear classes`;
    expect(check(wide)).toMatch(/too few designs are inside the limits.*Choose alternatives nearer/);
  });

  test("one network, other images, other classes", () => {
    expect(check("conv 8 k3\nglobalpool flatten linear classes")).toMatch(/no alternatives/);
    expect(check("input 3x32x32\nconv {8|16} k3\nglobalpool flatten linear classes")).toMatch(
      /these are 1x28x28: leave the input line out/,
    );
    expect(check("conv {8|16} k3\nglobalpool flatten linear 7")).toMatch(
      /7 scores, and there are 10 classes/,
    );
    expect(check(first)).toMatch(
      /^3 decisions, 8 designs, about 100 % of them inside the limits\. They have [\d.k]+ to/,
    );
  });

  test("hostile names and replies are refused or harmless", () => {
    expect(check('name x"""\nconv {8|16} k3\nglobalpool flatten linear classes')).toMatch(
      /line 1, column 7: the language has no character/,
    );
    expect(check("block __proto__ c: conv c\n__proto__ {8|16}\nglobalpool flatten linear classes")).toMatch(
      /decisions?,|line 1/,
    );
    expect(check("`; rm -rf /\n")).toMatch(/no character/);
    expect(textIn(`<think>\n\`\`\`text\nconv 1\n\`\`\`\n</think>\n${written(first)}`)?.text).toBe(first);
    // An answer that is the text and nothing else.
    expect(textIn(`\n\`\`\`text\n${first}\`\`\``)).toEqual({ text: first, reasons: "" });
    expect(textIn("no fences")).toBeUndefined();
    expect(textIn("```text\nconv 8\n")).toBeUndefined();
  });
});

test("effects are differences of means with two standard errors", () => {
  const decision = (name: string) =>
    ({
      name,
      meaning: "",
      kind: "categorical",
      about: "architecture",
      options: [{ label: "a" }, { label: "b" }],
    }) as const;
  const scored = [0.5, 0.6, 0.8, 0.9].map((score, index) => ({ choices: [index < 2 ? 0 : 1, 0], score }));
  const [mattered, fixed] = effectsOf({ decisions: [decision("one"), decision("two")] }, scored);
  expect(mattered?.options[0]).toMatchObject({ label: "a", count: 2 });
  expect(mattered?.options[0]?.difference).toBeCloseTo(-0.3);
  expect(mattered?.options[0]?.noise).toBeCloseTo(2 * Math.sqrt(0.005 / 2 + 0.005 / 2));
  expect(fixed?.options).toEqual([
    { label: "a", count: 4 },
    { label: "b", count: 0 },
  ]);
});

test("the model is told the language in the words of the guide", async () => {
  const guide = await readFile(new URL("../../../docs/guide/own-network.md", import.meta.url), "utf8");
  expect(guide).toContain(grammar);
});
