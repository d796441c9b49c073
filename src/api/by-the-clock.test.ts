// Searches by the clock and their end by a person, with an evaluator whose trainings take no time: a run of seconds is a
// whole one.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type EvaluationRequest, finish, readRunResult, resume, type SearchEvent, search } from "../index.ts";
import { stoppedTrials, stopsSaid } from "../search/model-stops.ts";
import { networkKey } from "../search/race/standings.ts";
import { putTurn } from "../study/inbox.ts";
import { readJournal } from "../study/journal.ts";
import { behaviours, startModelServer } from "../testing/model-server.ts";
import { quick } from "./fixtures/quick-evaluator.ts";

const environment = process.env;
const newFolder = async () => join(await mkdtemp(join(tmpdir(), "genius-clock-")), "run");

/** Two seconds of a run, half a second of them for the search; the evaluations take no time. */
const asked = {
  ...{ space: "nas-bench-macro", strategy: "random", environment, parallel: 2 },
  budget: { minutes: 2 / 60 },
};

test("a search by the clock: references and designs, the winner of the longest rung, a verdict, and a final training in what is left", async () => {
  const events: SearchEvent[] = [];
  const tested: EvaluationRequest[] = [];
  const out = await newFolder();
  const evaluator = quick({ onTest: (request) => void tested.push(request) });
  const run = await search({ ...asked, evaluator, out, onEvent: (event) => void events.push(event) });
  expect(run.reason).toBe("time-spent");
  expect(run.config.minutes).toBeCloseTo(2 / 60);
  const references = run.trials.filter(({ proposal }) => proposal.network !== undefined);
  expect(references.length).toBeGreaterThan(0);
  for (const { cost, proposal } of references) {
    expect(cost.paramCount).toBeGreaterThan(0);
    expect(proposal.choices).toEqual([]);
  }
  const longest = Math.max(...run.trials.map(({ proposal }) => proposal.fidelity.seconds ?? 0));
  const winner = run.trials.find(({ number }) => number === run.best!.trial)!;
  expect(winner.proposal.fidelity).toEqual({ seconds: longest });
  expect(tested.length).toBe(1);
  expect(tested[0]!.fidelity.seconds).toBeGreaterThan(0);
  expect(tested[0]!.fidelity).not.toHaveProperty("epochs");
  expect(run.race).toMatchObject({ reference: expect.any(Number), design: expect.any(Number) });
  expect(run.verdict.join("\n")).toMatch(/the best hand-designed network \(.*trial \d+\)/);

  const plan = events.find((event) => event.kind === "plan")!.plan.clock!;
  expect(plan.words).toMatch(
    /^search for .* hand-designed networks? and about .* of nas-bench-macro.*final training/,
  );
  const clocks = events.filter((event) => event.kind === "clock");
  expect(clocks[0]).toMatchObject({ phase: "search" });
  expect(clocks.at(-1)).toMatchObject({ phase: "final" });

  const record = await readJournal(out);
  expect(record.header.startedAt).toBeDefined();
  expect(record.final!.seconds).toBeCloseTo(tested[0]!.fidelity.seconds!);
  expect(record.result).toMatchObject({ reason: "time-spent", verdict: { ...run.race } });
  expect((await readRunResult(out)).verdict).toEqual(run.verdict);
  await expect(resume(out, { environment, evaluator, trials: 5 })).rejects.toThrow(/goes by the clock/);
});

test("a design and its longer trainings have one seed, a twin another; each reference one of its own", async () => {
  const seeds = new Map<string, Set<number>>();
  const evaluator = quick({
    onEvaluate({ proposal, seed }) {
      const key = `${networkKey(proposal)} ${proposal.repeat ?? 0}`;
      seeds.set(key, (seeds.get(key) ?? new Set()).add(seed));
    },
  });
  const minutes = 6 / 60;
  const run = await search({ ...asked, budget: { minutes }, evaluator, out: await newFolder() });
  expect([...seeds.values()].every(({ size }) => size === 1)).toBe(true);
  expect(new Set([...seeds.values()].flatMap((each) => [...each])).size).toBe(seeds.size);
  expect(run.trials.length).toBeGreaterThan(seeds.size - 1);
});

test("a design that the model stops is not trained longer; what it said is in the journal and told", async () => {
  let asked = 0;
  const server = await startModelServer({
    respond({ body }) {
      const text = (body.messages ?? []).map(({ content }) => String(content)).join("\n");
      // Its results are listed best first: the second is stopped.
      const [, second] = [...text.matchAll(/^ {2}trial (\d+): \d{8} {2}/gm)];
      asked += 1;
      return behaviours.object({
        ...{ reason: "r", choices: [...asked.toString(3).padStart(8, "0")].map(Number) },
        ...{ expectedAccuracyPercent: 90 },
        stop: second === undefined ? [] : [{ trial: Number(second[1]), reason: "flat" }],
      });
    },
  });
  onTestFinished(() => server.close());
  const out = await newFolder();
  const notes: string[] = [];
  const run = await search({
    ...{ space: "nas-bench-macro", strategy: "llm", environment, parallel: 2, evaluator: quick(), out },
    ...{
      model: "compatible/scripted",
      modelOptions: { baseUrl: server.baseUrl },
      budget: { minutes: 3, maxCalls: 500 },
    },
    onEvent: (event) => void (event.kind === "note" && notes.push(event.text)),
  });
  const { trials } = await readJournal(out);
  const stopped = [...stoppedTrials(stopsSaid(trials.map(({ proposal }) => proposal)))];
  expect(stopped.length).toBeGreaterThan(1);
  const [, longer] = [...new Set(run.trials.map(({ proposal }) => proposal.fidelity.seconds!))].sort(
    (a, b) => a - b,
  );
  const wentOn = trials
    .filter(({ proposal }) => proposal.fidelity.seconds === longer)
    .map(({ proposal }) => networkKey(proposal));
  expect(wentOn.length).toBeGreaterThanOrEqual(2);
  for (const number of stopped) expect(wentOn).not.toContain(networkKey(trials[number - 1]!.proposal));
  for (const number of stopped)
    expect(notes).toContain(`The model does not want trial ${number} trained longer: flat.`);
});

test("interrupted in its final training, a run continues with it, and tries nothing more", async () => {
  const out = await newFolder();
  const stop = new AbortController();
  const first = await search({
    ...{ ...asked, out, signal: stop.signal },
    evaluator: quick({ onTest: () => stop.abort() }),
  });
  expect(first.reason).toBe("interrupted");
  let evaluations = 0;
  const evaluator = quick({
    onEvaluate() {
      evaluations += 1;
    },
  });
  const rest = await resume(out, { evaluator, environment });
  expect(rest.reason).toBe("time-spent");
  expect(evaluations).toBe(0);
  expect(rest.trials).toEqual(first.trials);
  const { notes, final } = await readJournal(out);
  expect(notes.filter(({ about }) => about === "final").length).toBe(1);
  expect(rest.best!.test.seconds).toBeLessThanOrEqual(Math.max(5, final!.seconds));
});

test("finish ends a running search: what is being trained is dropped, the best so far is trained for its planned time", async () => {
  const out = await newFolder();
  let count = 0;
  const evaluator = quick({
    async onEvaluate({ signal }) {
      count += 1;
      if (count <= 4) return;
      await putTurn(out, { kind: "finish" });
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
  });
  const run = await search({ ...asked, budget: { minutes: 60 }, parallel: 1, evaluator, out });
  expect(run.reason).toBe("ended-by-person");
  expect(run.trials.length).toBe(4);
  expect(run.best!.testAccuracy01).toBe(0.5);
  // An hour of which two fifths were for the search.
  expect(run.best!.test.seconds).toBeCloseTo(2160, -1);
  const { notes, result } = await readJournal(out);
  expect(notes.some(({ about, turn }) => about === "person" && turn?.turn.kind === "finish")).toBe(true);
  expect(result?.reason).toBe("ended-by-person");
  expect((await finish(out, { evaluator, environment }))?.reason).toBe("ended-by-person");
});

test("finish continues with a stopped run by trials for the final training only", async () => {
  const out = await newFolder();
  const stop = new AbortController();
  const budget = { trials: 30 };
  const asking = { ...asked, budget, out, signal: stop.signal, trainsByTheClock: false };
  let count = 0;
  const onEvaluate = () => {
    count += 1;
    if (count === 5) stop.abort();
  };
  await search({ ...asking, evaluator: quick({ onEvaluate, trainsByTheClock: false }) });
  const evaluator = quick({ trainsByTheClock: false });
  const run = await finish(out, { evaluator, environment });
  expect(run).toMatchObject({ reason: "ended-by-person", race: undefined });
  expect(run!.trials.length).toBeLessThan(6);
  expect(run!.best!.testAccuracy01).toBe(0.5);
});

test("a search that names no length goes by the clock where that is possible, and says so", async () => {
  let stop = new AbortController();
  const said: string[] = [];
  const onEvent = (event: SearchEvent) => void (event.kind === "preparing" && said.push(event.text));
  const asking = async () => {
    stop = new AbortController();
    return { ...asked, budget: {}, signal: stop.signal, onEvent, out: await newFolder() };
  };
  const evaluator = quick({ onEvaluate: () => stop.abort() });
  const run = await search({ ...(await asking()), evaluator });
  expect(run.config.minutes).toBe(10);
  expect(said).toEqual([
    "By the clock: 10 minutes in all. Choose with --minutes, or --trials for evaluations.",
  ]);
  const other = quick({ trainsByTheClock: false });
  const byTrials = await search({ ...(await asking()), evaluator: other });
  expect(byTrials.config).toMatchObject({ trials: 20 });
  expect(byTrials.config.minutes).toBeUndefined();
  // Where trainings wait in a queue, the clock has to be asked for.
  const queued = quick({ trainsByTheClock: "asked", onEvaluate: () => stop.abort() });
  const unasked = await search({ ...(await asking()), evaluator: queued });
  expect(unasked.config.minutes).toBeUndefined();
  const budget = { minutes: 1 };
  const named = await search({ ...(await asking()), budget, evaluator: queued });
  expect(named.config.minutes).toBe(1);
});

test.each([
  [{ minutes: 5, trials: 3 }, {}, /--minutes and --trials exclude each other/],
  [{ minutes: 5, hours: 1 }, {}, /give one/],
  [
    { hours: 1 },
    { evaluator: quick({ trainsByTheClock: false }) },
    /quick cannot train by the clock: give --trials/,
  ],
  [{ minutes: 5 }, { evaluatorOptions: { epochs: 3 } }, /no number of epochs: leave out epochs/],
  [{ minutes: 5 }, { evaluator: "table" }, /published table answers at once/],
])("what a clock means nothing for is refused: %o", async (budget, more, message) => {
  const out = await newFolder();
  await expect(search({ ...asked, budget, evaluator: quick(), ...more, out })).rejects.toThrow(message);
});
