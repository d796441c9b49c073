// A search and the searches by other strategies that it is compared with: equal shares, runs of their own, and what a stop and
// a resume make of them.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { baselines, finish, readRunResult, resume, type SearchEvent, search } from "../index.ts";
import { createRunStore } from "../runs/run-store.ts";
import { readJournal } from "../study/journal.ts";
import { quick } from "./fixtures/quick-evaluator.ts";

const environment = process.env;
const newFolder = async () => join(await mkdtemp(join(tmpdir(), "genius-baselines-")), "run");
const asked = { space: "nas-bench-macro", strategy: "evolution", environment, parallel: 1 };
const names = ["random", "largest-first"];

test("by the clock, each of three searches has a third of the time, and the plan says so", async () => {
  const out = await newFolder();
  const events: SearchEvent[] = [];
  const evaluator = quick();
  const budget = { minutes: 6 / 60 };
  const run = await search({
    ...{ ...asked, budget, out, evaluator, baselines: names },
    onEvent: (event) => void events.push(event),
  });
  expect(run.config).toMatchObject({ minutes: 0.033, baselines: names });
  const { plan } = events.find((event) => event.kind === "plan")!;
  expect(plan.baselines).toMatchObject({ strategies: names, totalMinutes: 0.099, minutesEach: 0.033 });
  expect(plan.baselines!.words).toBe(
    "5.9 s in 3 equal parts of 2.0 s, each a search of its own: this one (evolution), then random, then largest-first",
  );
  for (const name of names) {
    const { header, result } = await readJournal(join(out, "baselines", name));
    expect(header.config).toMatchObject({ strategy: name, minutes: 0.033, limits: run.config.limits });
    expect(header.config.baselines).toBeUndefined();
    expect(result?.testMetrics).toEqual({ accuracy: 0.5 });
  }
  expect(run.searches.map(({ strategy, minutes }) => [strategy, minutes])).toEqual(
    names.map((name) => [name, 0.033]),
  );
  const said = run.verdict.join("\n");
  for (const name of names)
    expect(said).toMatch(
      new RegExp(
        `Not shown to differ from ${name}, a search as long \\(2\\.0 s, \\d+ evaluations\\): 50\\.00 % \\(95 % interval 45\\.\\d\\d % to 54\\.\\d\\d %\\) beside 50\\.00 % .* within the noise of ±7\\.07 points`,
      ),
    );
  // The end is told once, with all of it.
  const ends = events.filter((event) => event.kind === "end");
  expect(ends.map(({ result }) => result.searches)).toEqual([run.searches]);
  expect(events.at(-1)?.kind).toBe("end");
});

test("by trials each has as many, and a run is found with its baselines", async () => {
  const out = await newFolder();
  const evaluator = quick({ trainsByTheClock: false });
  const run = await search({ ...asked, budget: { trials: 3 }, out, evaluator, baselines: names });
  expect(run.searches).toEqual(
    names.map((strategy) =>
      expect.objectContaining({ strategy, evaluations: 3, testMetrics: { accuracy: 0.5 }, testImages: 400 }),
    ),
  );
  expect((await readRunResult(out)).verdict).toEqual(run.verdict);
  const store = createRunStore(join(out, ".."));
  expect((await store.list()).map(({ id }) => id).sort()).toEqual([
    "run",
    "run/baselines/largest-first",
    "run/baselines/random",
  ]);
  expect((await store.open("run/baselines/random")).journal.header?.config.strategy).toBe("random");
});

test("stopped in a baseline, a resume goes on in it and trains nothing twice", async () => {
  const out = await newFolder();
  const stop = new AbortController();
  const evaluated: string[] = [];
  const evaluator = quick({
    trainsByTheClock: false,
    onEvaluate({ proposal }) {
      evaluated.push(proposal.by);
      // Three are the search's own.
      if (evaluated.length === 5) stop.abort();
    },
  });
  const asking = { ...asked, budget: { trials: 3 }, out, evaluator, baselines: names };
  const first = await search({ ...asking, signal: stop.signal });
  expect(first.reason).toBe("interrupted");
  expect(first.searches).toEqual([]);
  const before = (await readJournal(out)).result;
  const kept = (await readJournal(join(out, "baselines", "random"))).trials.filter(
    ({ outcome }) => outcome.kind === "scored",
  );
  expect(kept.length).toBe(1);
  evaluated.length = 0;
  const second = await resume(out, { environment, evaluator });
  expect(second.reason).toBe("trials-spent");
  expect(second.searches.map(({ strategy, evaluations }) => [strategy, evaluations])).toEqual(
    names.map((name) => [name, 3]),
  );
  expect(evaluated.length).toBe(2 + 3);
  expect((await readJournal(join(out, "baselines", "random"))).trials).toEqual(
    expect.arrayContaining(kept.map((trial) => expect.objectContaining(trial))),
  );
  expect((await readJournal(out)).result).toEqual(before);
  // With all there, nothing is run again.
  evaluated.length = 0;
  expect((await resume(out, { environment, evaluator })).searches).toEqual(second.searches);
  expect(evaluated).toEqual([]);
});

test("resumed for more trials, the baselines are continued too", async () => {
  const out = await newFolder();
  const evaluated: string[] = [];
  const evaluator = quick({
    trainsByTheClock: false,
    onEvaluate: ({ proposal }) => void evaluated.push(proposal.by),
  });
  await search({ ...asked, budget: { trials: 2 }, out, evaluator, baselines: ["random"] });
  const run = await resume(out, { environment, evaluator, trials: 4 });
  expect(run.searches).toEqual([expect.objectContaining({ strategy: "random", evaluations: 4 })]);
  expect(evaluated.length).toBe(8);
});

test("a search that a person ends has no baselines, until they are asked for", async () => {
  const out = await newFolder();
  const stop = new AbortController();
  let count = 0;
  const onEvaluate = () => {
    count += 1;
    if (count === 3) stop.abort();
  };
  const budget = { trials: 9 };
  const watched = quick({ trainsByTheClock: false, onEvaluate });
  await search({ ...asked, budget, out, evaluator: watched, baselines: ["random"], signal: stop.signal });
  const evaluator = quick({ trainsByTheClock: false });
  const ended = await finish(out, { environment, evaluator });
  expect(ended).toMatchObject({ reason: "ended-by-person", searches: [] });
  expect((await resume(out, { environment, evaluator })).searches).toEqual([]);
});

test.each([
  [["rnadom"], /There is no strategy "rnadom". Did you mean "random"\?/],
  [["llm"], /llm needs a model/],
  [["evolution"], /cannot be its own baseline/],
])("a name that means no other strategy is refused before anything begins: %o", async (given, message) => {
  const out = await newFolder();
  const evaluator = quick();
  await expect(search({ ...asked, out, evaluator, baselines: given })).rejects.toThrow(message);
});

test("a table's run that has ended is compared by name, with as many evaluations", async () => {
  const out = await newFolder();
  await search({ ...asked, data: "cifar10", budget: { trials: 12 }, out });
  await expect(baselines(out, { strategies: ["tpee"] })).rejects.toThrow(/Did you mean "tpe"\?/);
  const { searches, verdict } = await baselines(out, { strategies: ["tpe"], environment });
  expect(searches).toEqual([expect.objectContaining({ strategy: "tpe", evaluations: 12 })]);
  expect(verdict).toMatch(
    /tpe, a search with as many evaluations \(12\): \d\d\.\d\d % .*beside \d\d\.\d\d %/,
  );
  expect((await readRunResult(out)).verdict).toContain(verdict);
});
