// The picture of a running search with a clock of the test's own: what is done of the whole, what is left, and the final training.
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { ClockEvent } from "../api/search-events.ts";
import { accuracy, metricOf } from "../metrics/index.ts";
import nasBenchMacro from "../search/spaces/nas-bench-macro.ts";
import type { Proposal, Trial } from "../search/trial.ts";
import { createLive } from "./live.ts";
import { createProgress, type ProgressSetting, trialLine } from "./progress.ts";

const space = nasBenchMacro.create({});
const metric = metricOf(accuracy);
const proposal: Proposal = { choices: [0, 0, 0, 0, 0, 0, 0, 0], fidelity: {}, by: "random" };
const cost = { paramCount: 1000, macCount: 1e6 };

function trialOf(number: number, score: number): Trial {
  const spent = { milliseconds: 1000, epochs: 2 };
  return {
    ...{ number, proposal, cost },
    outcome: { kind: "scored", metrics: { accuracy: score }, score, spent },
  };
}

function made(changes: Partial<ProgressSetting> = {}, recorded: readonly Trial[] = []) {
  const time = { now: 0 };
  const clock = () => time.now;
  const setting = {
    title: "a search",
    space,
    metric,
    trials: 10,
    parallel: 1,
    selectedOn: "validation" as const,
  };
  return { time, progress: createProgress({ ...setting, clock, ...changes }, recorded) };
}

const finalEpoch = (epoch: number, value = 0.9, seconds?: number) => ({
  ...{ kind: "final-epoch" as const, number: 1 },
  point: { epoch, trainLoss: 1, validation: { accuracy: value }, ...(seconds !== undefined && { seconds }) },
});

test("by trials, the time left counts the final training, and only counts down while nothing happens", () => {
  const { time, progress } = made({ epochs: { search: 2, final: 20 } });
  expect(progress.panel(100)[1]).toMatch(/^░+ 0 % · 0 of 10 evaluations$/);
  time.now = 10_000;
  progress.event({ kind: "trial", trial: trialOf(1, 0.5) });
  // 9 more at 10 s each, and ten times as many epochs in the end: 190 s.
  expect(progress.panel(100)[1]).toMatch(/ 5 % · 1 of 10 evaluations · about 3 min 10 s left/);
  time.now = 15_000;
  expect(progress.panel(100)[1]).toMatch(/about 3 min 10 s left/);
  time.now = 100_000;
  for (let number = 2; number <= 10; number += 1)
    progress.event({ kind: "trial", trial: trialOf(number, 0.6) });
  expect(progress.panel(100)[1]).toMatch(/50 % · 10 of 10/);
  for (let epoch = 1; epoch <= 10; epoch += 1) {
    time.now += 2000;
    progress.event(finalEpoch(epoch));
  }
  const panel = progress.panel(120).join("\n");
  expect(panel).toMatch(/75 % · final training · about 20 s left/);
  expect(panel).toMatch(/training trial 1 to its end: epoch 10 of 20 · validation accuracy 90\.00 %/);
});

test("a final training that continues has the pace of this sitting, not of the epochs before it", () => {
  const { time, progress } = made({ epochs: { search: 2, final: 20 } }, [trialOf(1, 0.5)]);
  time.now = 8000;
  progress.event(finalEpoch(16));
  expect(progress.finalTraining()?.line).toMatch(/80 %: epoch 16 of 20 .* about 35 s left/);
});

test("by the clock, the deadline says what is left", () => {
  const plan = { minutes: 1, usedSeconds: 0, searchSeconds: 20, finalSeconds: 40 };
  const { time, progress } = made({
    plan: { ...plan, rungs: [1], references: [], designs: 3, words: "" },
  });
  const event: ClockEvent = {
    ...{ kind: "clock", phase: "search", usedSeconds: 2, leftSeconds: 58, phaseLeftSeconds: 18 },
  };
  progress.event(event);
  time.now = 10_000;
  expect(progress.panel(100)[1]).toMatch(/20 % · search · 0 trainings done · about 50 s left/);
  progress.event({ ...event, phase: "final", usedSeconds: 20, leftSeconds: 40, phaseLeftSeconds: 40 });
  time.now = 30_000;
  progress.event(finalEpoch(1.5, 0.8, 20));
  expect(progress.finalTraining()).toMatchObject({ share01: 0.5 });
  expect(progress.finalTraining()?.line).toMatch(
    /^final training 50 %: validation accuracy 80\.00 % at epoch 1\.5/,
  );
  // Time goes on while nothing new is measured: the figure keeps the epoch that it was measured at.
  time.now = 40_000;
  expect(progress.finalTraining()?.line).toMatch(/validation accuracy 80\.00 % at epoch 1\.5/);
  progress.event(finalEpoch(2.2, 0.97, 30));
  expect(progress.finalTraining()?.line).toMatch(/validation accuracy 97\.00 % at epoch 2\.2/);
});

test("a narrow terminal cuts lines and breaks none, and says when it ends", () => {
  const { time, progress } = made({ title: "x".repeat(80) });
  progress.hint = "f: end the search, train the best now · Ctrl-C: stop";
  time.now = 10_000;
  progress.event({ kind: "trial", trial: trialOf(1, 0.5) });
  const panel = progress.panel(50).map((line) => stripVTControlCharacters(line));
  for (const line of panel) expect([...line].length).toBeLessThanOrEqual(50);
  expect(panel[1]).toMatch(/10 % · about 1 min 30 s left$/);
  expect(panel[2]).toBe("1 of 10 evaluations");
  expect(panel.at(-1)).toBe("Ctrl-C: stop");
});

test("a trial is a network and where it comes from, and not a code of digits", () => {
  const surrogate = { ...proposal, by: "hybrid/surrogate", rationale: "the highest prediction" };
  const line = trialLine({ ...trialOf(3, 0.5), proposal: surrogate }, { space, metric });
  expect(line).toBe(
    "#3 50.00 % 6-layer plain · 1k parameters · 1M MACs · predicted from earlier trials · “the highest prediction”",
  );
});

test("without a terminal a line is written for every twentieth of the final training, and programs read events", async () => {
  const said = { error: "", out: "" };
  const terminal = {
    ...{ environment: {}, isInteractive: false, columns: 80, signal: new AbortController().signal },
    out(text: string) {
      said.out += text;
    },
    error(text: string) {
      said.error += text;
    },
    async *readStandardInput() {},
  };
  const { progress } = made({ epochs: { search: 1, final: 100 } }, [trialOf(1, 0.5)]);
  const live = (await createLive(terminal, true))(progress, { space, metric, redraws: false });
  for (let epoch = 1; epoch <= 100; epoch += 1) live.event(finalEpoch(epoch));
  live.event({ kind: "clock", phase: "final", usedSeconds: 1, leftSeconds: 2, phaseLeftSeconds: 2 });
  const lines = said.error.trim().split("\n");
  expect(lines.length).toBeGreaterThanOrEqual(20);
  expect(lines.length).toBeLessThanOrEqual(22);
  expect(lines.at(-1)).toMatch(/final training 100 %: epoch 100 of 100/);
  const events = said.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events[0]).toMatchObject({ event: "final-epoch", trial: 1, epoch: 1 });
  expect(events.at(-1)).toEqual({
    event: "clock",
    phase: "final",
    usedSeconds: 1,
    leftSeconds: 2,
    phaseLeftSeconds: 2,
  });
});
