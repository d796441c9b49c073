// `search` and `resume` as a script uses them, in this process.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  defineEvaluator,
  defineSpace,
  defineStrategy,
  type EvaluatorDefinition,
  keyOf,
  loadSpace,
  readRunResult,
  resume,
  type SearchEvent,
  search,
} from "../index.ts";

const environment = process.env;
const newFolder = async () => join(await mkdtemp(join(tmpdir(), "genius-api-")), "run");

test("a published table is searched, and the result holds the network, its figures and the baselines", async () => {
  const events: SearchEvent[] = [];
  const out = await newFolder();
  const run = await search({
    data: "nas-bench-macro",
    strategy: "random",
    limits: { maxParams: "900k" },
    budget: { trials: 12 },
    seed: 5,
    ...{ out, environment },
    onEvent: (event) => events.push(event),
  });
  const { best } = run;
  expect(run).toMatchObject({ reason: "trials-spent", folder: out, selectedOn: "test", files: [] });
  expect(run.trials.length).toBe(12);
  expect(run.baselines.length).toBe(26);
  expect(best!.network.name).toContain("nas-bench-macro");
  expect(best!.paramCount).toBeLessThanOrEqual(900_000);
  expect(best!.key).toBe(keyOf(run.space, best!.choices));
  expect(best!.test.designs).toBe(542);
  expect(run.verdict.join("\n")).toMatch(
    /^Best: trial \d+, .* design [012]{8}\n {2}.* on test data\n {4}.* optimistic\n {2}rank \d+ of the 542.*\nBeside it/,
  );
  expect(events[0]).toMatchObject({ kind: "plan", plan: { folder: out, config: { trials: 12 } } });
  expect(events.at(-1)).toEqual({ kind: "end", result: run });
  expect(events.filter(({ kind }) => kind === "trial").length).toBe(12);
  expect(events.filter(({ kind }) => kind === "baseline").length).toBe(26);
  // The folder alone says the same.
  expect(JSON.stringify(await readRunResult(out))).toBe(JSON.stringify(run));
  expect(JSON.stringify(await resume(out, { environment }))).toBe(JSON.stringify(run));
});

const counting = defineStrategy({
  name: "counting",
  summary: "Every design in order.",
  source: "a test",
  model: "none",
  options: z.object({ from: z.int().default(0) }),
  create({ domain }, { from }) {
    return {
      async propose({ trialNumber }) {
        const place = from + trialNumber;
        const choices = domain.space.decisions.map(
          ({ options }, digit) => Math.floor(place / 3 ** digit) % options.length,
        );
        return { choices, fidelity: {}, by: "counting" };
      },
      observe() {},
    };
  },
});

const summing = (onEvaluated: (count: number) => void = () => {}) => {
  let count = 0;
  return defineEvaluator({
    name: "summing",
    summary: "The sum of the choices.",
    source: "a test",
    options: z.object({}),
    async create() {
      return {
        selectedOn: "validation",
        fidelity: { full: {} },
        provenance: {},
        async evaluate({ proposal }) {
          count += 1;
          onEvaluated(count);
          const sum = proposal.choices.reduce((a, b) => a + b, 0);
          return { kind: "scored", metrics: { accuracy: sum / 16 }, spent: { milliseconds: 1 } };
        },
      };
    },
  });
};

/** The space nas-bench-macro under another name, as an object that no catalog has. */
async function ownSpace() {
  const macro = await loadSpace("nas-bench-macro");
  return defineSpace({ ...macro, name: "own-macro" });
}

test("objects of a script are searched without a file, stopped by the signal, and resumed with the same objects", async () => {
  const space = await ownSpace();
  const asked = {
    space,
    strategy: counting,
    strategyOptions: { from: 40 },
    budget: { trials: 9 },
    environment,
  };
  const whole = await search({ ...asked, evaluator: summing(), out: await newFolder() });
  expect(whole.best?.choices).toEqual(
    whole.trials.reduce((best, { proposal: { choices } }) => {
      const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
      return sum(choices) > sum(best) ? choices : best;
    }, whole.trials[0]!.proposal.choices),
  );
  const out = await newFolder();
  const stop = new AbortController();
  const evaluator = summing((count) => count === 4 && stop.abort());
  const first = await search({ ...asked, evaluator, out, signal: stop.signal });
  expect(first.reason).toBe("interrupted");
  expect(first.trials.length).toBeLessThan(9);
  expect(first.config).toMatchObject({ space: "script:own-macro", strategy: "script:counting" });

  await expect(resume(out, { environment })).rejects.toThrow(
    /"own-macro" was defined in a script.*resume\(folder, \{ space \}\)/,
  );
  await expect(resume(out, { environment, space: "nas-bench-macro" })).rejects.toThrow(
    /begun with the space "script:own-macro"/,
  );
  const given = { space, strategy: counting, evaluator: summing(), environment };
  const rest = await resume(out, given);
  expect(rest.reason).toBe("trials-spent");
  expect(rest.trials).toEqual(whole.trials);
  expect(rest.best).toEqual(whole.best);
});

test("a definition of the catalog that a script hands over is named as the catalog names it", async () => {
  const out = await newFolder();
  await search({
    ...{
      data: "nas-bench-macro",
      space: await loadSpace("nas-bench-macro"),
      strategy: "random",
      environment,
    },
    ...{ budget: { trials: 2 }, out },
  });
  expect(JSON.parse((await readFile(join(out, "journal.jsonl"), "utf8")).split("\n")[0]!).config.space).toBe(
    "nas-bench-macro",
  );
  expect((await resume(out, { trials: 4, environment })).trials.length).toBe(4);
});

test.each([
  [{ limits: { maxParam: "1k" } }, /no option "maxParam" in limits.*"maxParams"/],
  [{ limits: { maxParams: "lots" } }, /"maxParams" of the search.*"lots"/],
  [{ budget: { trials: 0 } }, /"trials" of the search/],
  [{ strategyOptions: { size: 3 }, strategy: "nothing" }, /no strategy "nothing"/],
  [{ space: { name: "x" } }, /no space.*"options"/],
  [{ data: undefined }, /Say what to search for/],
])("what is not allowed is said before anything begins: %j", async (wrong, message) => {
  const asked = { data: "nas-bench-macro", out: await newFolder(), environment };
  await expect(search({ ...asked, ...(wrong as object) })).rejects.toThrow(message);
});

test("an evaluator object of the wrong form is refused", async () => {
  const evaluator = { name: "odd", options: {}, create: () => {} } as unknown as EvaluatorDefinition;
  await expect(search({ evaluator, out: await newFolder(), environment })).rejects.toThrow(
    /no schema of zod 4/,
  );
});

test("memory that is limited in 8 bits asks for the network in 8 bits, unless that is turned off", async () => {
  const setting = { data: "digits", budget: { trials: 1 }, limits: { maxRam: "64k" } } as const;
  const optionsOf = async (given: object) => {
    const events: SearchEvent[] = [];
    const controller = new AbortController();
    await search({
      ...setting,
      ...given,
      ...{ out: await newFolder(), environment, signal: controller.signal },
      onEvent(event) {
        events.push(event);
        if (event.kind === "plan") controller.abort();
      },
    }).catch(() => undefined);
    const plan = events.find((event) => event.kind === "plan");
    return plan?.kind === "plan" ? plan.plan.config.evaluatorOptions.int8 : undefined;
  };
  expect(await optionsOf({})).toBe(true);
  expect(await optionsOf({ evaluatorOptions: { int8: false } })).toBe(false);
  expect(await optionsOf({ limits: { maxParams: "20k" } })).toBe(false);
});
