// Trainings by the clock, on the digits that come with the install and on a clock of the tests' own: it continues by so
// much at each look, so that nothing here depends on how fast a machine is.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "../graph/network.ts";
import { accuracy } from "../metrics/index.ts";
import mobile from "../search/spaces/mobile.ts";
import type { EpochPoint } from "../search/trial.ts";
import { openDataset } from "../tasks/image-classification/index.ts";
import { openCheckpoints, readCheckpointFile, trainingKey, writeCheckpointFile } from "./checkpoints.ts";
import { evaluateJob } from "./evaluate-job.ts";
import { finishJob } from "./finish-job.ts";
import type { ClockTraining } from "./job.ts";
import { openTraining } from "./open-training.ts";
import { trainOptions } from "./options.ts";
import { averageDecay, planTraining } from "./plan.ts";
import { runFinal } from "./run-final.ts";
import { runSlice } from "./run-slice.ts";
import type { Clock } from "./timed-training.ts";

let root: string;
let training: Omit<ClockTraining, "seconds">;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-clock-"));
  const dataset = await openDataset("digits", { cacheDirectory: join(root, "cache"), imageSize: 12 });
  const space = mobile.create(
    mobile.options.parse({ imageSize: 12, channels: 1, classCount: 10, sizeClass: "tiny" }),
  );
  const network: Network = space.decode(space.decisions.map(() => 0));
  training = {
    network,
    data: {
      cachePath: dataset.cachePath,
      validationFraction01: 0.05,
      splitSeed: 1,
      dataFraction01: 0.1,
    },
    plan: planTraining(trainOptions.parse({}), { dataset, imageCount: 5_000 }),
    metric: accuracy,
    seed: 5,
    threads: 1,
  };
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** A clock that advances by a fixed number of seconds each time it is read. */
function clockOf(secondsPerLook = 0.01): Clock & { readonly seconds: () => number } {
  let looks = 0;
  return {
    now: () => {
      looks += 1;
      return 1000 * looks * secondsPerLook;
    },
    started: 0,
    seconds: () => looks * secondsPerLook,
  };
}

const nothing = () => {};
const rehearse = async () => (imageSeconds: number) => 0.5 + 10 * imageSeconds;
const file = (name: string) => join(root, name);

function trained<End extends { readonly kind: string }>(end: End) {
  if (end.kind !== "trained") throw new Error(JSON.stringify(end));
  return end as Extract<End, { kind: "trained" }>;
}

test("a longer slice continues where the shorter one stopped: steps, momenta, average and order of images", async () => {
  const [short, long] = [file("short"), file("long")];
  const clock = clockOf();
  const first = trained(
    await runSlice({ ...training, seconds: 4 }, { clock, onEpoch: nothing, keep: short }),
  );
  expect(clock.seconds()).toBeGreaterThan(3.8);
  expect(clock.seconds()).toBeLessThan(4.2);
  const begun = await readCheckpointFile(short);
  expect(begun).toMatchObject({ seed: 5, curve: first.curve, clock: { endOf: 4 } });
  expect(begun.clock!.seconds).toBeCloseTo(4, 0);
  const other = clockOf();
  const points: EpochPoint[] = [];
  const second = trained(
    await runSlice(
      { ...training, seed: 99, seconds: 9 },
      { clock: other, begun, keep: long, onEpoch: (point) => points.push(point) },
    ),
  );
  // Five seconds more: those of before count.
  expect(other.seconds()).toBeGreaterThan(4.7);
  expect(other.seconds()).toBeLessThan(5.3);
  expect(second.curve).toEqual([...first.curve, ...points]);
  expect(second.curve.at(-1)!.seconds).toBeCloseTo(9, 0);
  expect(second.curve.every(({ learningRate }) => learningRate === training.plan.learningRate)).toBe(true);
  const ended = await readCheckpointFile(long);
  expect(ended.clock!.steps).toBeGreaterThan(begun.clock!.steps + 10);

  // By hand: from the shorter one, as many steps at the peak rate, beginning an epoch.
  await using open = await openTraining(training, { begun, averageDecay });
  const { trainer, batches } = open;
  expect(trainer.stepCount()).toBe(begun.clock!.steps);
  for (let epoch = begun.clock!.nextEpoch; trainer.stepCount() < ended.clock!.steps; epoch += 1) {
    for await (const batch of batches.epoch(epoch)) {
      await trainer.step({ ...batch, learningRate: training.plan.learningRate });
      if (trainer.stepCount() === ended.clock!.steps) break;
    }
  }
  expect(Buffer.from(trainer.checkpoint()).equals(ended.state)).toBe(true);
});

test("seconds too short for a step make one, also where all of them are gone", async () => {
  const path = file("tiny");
  const slice = trained(
    await runSlice({ ...training, seconds: 0.001 }, { clock: clockOf(), onEpoch: nothing, keep: path }),
  );
  expect(slice.curve.length).toBe(1);
  const begun = await readCheckpointFile(path);
  expect(begun.clock!.steps).toBe(1);
  const again = trained(
    await runSlice({ ...training, seconds: 0.002 }, { clock: clockOf(), onEpoch: nothing, begun }),
  );
  expect(again.epochsRun).toBeGreaterThan(0);
  const final = trained(
    await runFinal({ ...training, seconds: 0.001 }, { clock: clockOf(), onEpoch: nothing, begun, rehearse }),
  );
  expect(final.remark).toMatch(/it made 4 steps only/);
  expect(final.curve.at(-1)!.learningRate).toBeGreaterThan(0);
});

test("a slow measurement is left time for, and a long slice has points on its way", async () => {
  const clock = clockOf(0.1);
  const slice = trained(await runSlice({ ...training, seconds: 80 }, { clock, onEpoch: nothing }));
  expect(clock.seconds()).toBeGreaterThan(78);
  expect(clock.seconds()).toBeLessThan(82);
  expect(slice.curve.length).toBeGreaterThan(2);
  expect(slice.curve.map(({ seconds }) => seconds)).toEqual(
    slice.curve.map(({ seconds }) => seconds).sort((a, b) => a! - b!),
  );
});

test("a slice that was killed on its way continues from what it had kept", async () => {
  const store = await openCheckpoints(file("killed"));
  const [key, seconds] = [trainingKey(training.network, "killed"), 60];
  const keep = store.pathOf(key, { seconds });
  class Killed extends Error {}
  const inner = clockOf(0.1);
  const killed = () => {
    if (inner.seconds() > 33) throw new Killed();
    return inner.now();
  };
  const hooks = { clock: { now: killed, started: 0 }, keep, onEpoch: nothing };
  await expect(runSlice({ ...training, seconds }, hooks)).rejects.toThrow(Killed);
  const found = await store.find(key, { seconds });
  expect(found).toEqual({ ...found, path: keep, length: seconds, isReached: false });
  const begun = await readCheckpointFile(keep);
  expect(begun.clock!.seconds).toBeGreaterThan(20);
  expect(begun.clock!.seconds).toBeLessThan(24);
  const clock = clockOf(0.1);
  const end = trained(await runSlice({ ...training, seconds }, { clock, keep, begun, onEpoch: nothing }));
  expect(clock.seconds() + begun.clock!.seconds).toBeGreaterThan(58);
  expect(clock.seconds() + begun.clock!.seconds).toBeLessThan(62);
  expect(end.curve.at(-1)!.seconds).toBeCloseTo(60, -1);
  await store.keep(key, { seconds }, 0.9);
  expect(await store.find(key, { seconds })).toMatchObject({ isReached: true });
});

test("a search and its final training learn, end on time, and the rate falls to zero", async () => {
  const keep = file("searched");
  const searched = trained(
    await runSlice({ ...training, seconds: 10 }, { clock: clockOf(), onEpoch: nothing, keep }),
  );
  const begun = await readCheckpointFile(keep);
  const clock = clockOf();
  const points: EpochPoint[] = [];
  const final = trained(
    await runFinal(
      { ...training, seconds: 20 },
      { clock, begun, rehearse, onEpoch: (point) => points.push(point) },
    ),
  );
  // What is left when it is over is what the rehearsal wants.
  expect(clock.seconds()).toBeGreaterThan(18.4);
  expect(clock.seconds()).toBeLessThan(20);
  expect(points.length).toBeGreaterThan(15);
  const rates = points.map(({ learningRate }) => learningRate!);
  expect(rates).toEqual([...rates].sort((a, b) => b - a));
  expect(rates.at(-1)!).toBeLessThan(0.02 * training.plan.learningRate);
  expect(final.curve.slice(0, searched.curve.length)).toEqual(searched.curve);
  expect(final.seconds).toBeCloseTo(10 + clock.seconds(), 0);
  expect(final.epochs).toBeGreaterThan(searched.epochsRun);
  const reached = Math.max(
    final.last!.measured.metrics.accuracy as number,
    final.averaged.measured.metrics.accuracy as number,
  );
  // Guessing has a tenth.
  expect(reached).toBeGreaterThan(0.6);
});

test("a final training on a machine that becomes three times as slow still ends on time", async () => {
  let looks = 0;
  let seconds = 0;
  const now = () => {
    looks += 1;
    seconds += looks < 500 ? 0.01 : 0.03;
    return 1000 * seconds;
  };
  const rates: number[] = [];
  const final = trained(
    await runFinal(
      { ...training, seconds: 15 },
      { clock: { now, started: 0 }, rehearse, onEpoch: (point) => rates.push(point.learningRate!) },
    ),
  );
  expect(looks).toBeGreaterThan(600);
  expect(seconds).toBeGreaterThan(13);
  expect(seconds).toBeLessThan(15);
  expect(rates.at(-1)!).toBeLessThan(0.05 * training.plan.learningRate);
  expect(final.last).toBeDefined();
});

test("an interrupted final training has the seconds that it had left", async () => {
  const keep = file("final");
  class Killed extends Error {}
  const before: EpochPoint[] = [];
  const seconds = 12;
  const first = runFinal(
    { ...training, seconds },
    {
      clock: clockOf(),
      keep,
      rehearse,
      onEpoch(point) {
        before.push(point);
        if (before.length === 8) throw new Killed();
      },
    },
  );
  await expect(first).rejects.toThrow(Killed);
  const begun = await readCheckpointFile(keep);
  const { secondsLeft, fallen01 } = begun.clock!.final!;
  expect(secondsLeft).toBeLessThan(seconds);
  expect(fallen01).toBeGreaterThan(0.2);
  const after: EpochPoint[] = [];
  const clock = clockOf();
  const ended = trained(
    await runFinal(
      { ...training, seconds },
      { clock, keep, begun, rehearse, onEpoch: (point) => after.push(point) },
    ),
  );
  expect(clock.seconds()).toBeLessThan(secondsLeft);
  expect(clock.seconds()).toBeGreaterThan(secondsLeft - 2);
  expect(after[0]!.learningRate!).toBeLessThanOrEqual(before.at(-1)!.learningRate!);
  // It is over: a further one makes no steps, and measures the same weights, however late it is.
  const over = await readCheckpointFile(keep);
  expect(over.clock!.final!.fallen01).toBe(1);
  const none = trained(
    await runFinal(
      { ...training, seconds },
      { clock: clockOf(5), keep, begun: over, rehearse, onEpoch: nothing },
    ),
  );
  expect(none.curve).toEqual(over.curve);
  expect(none.last?.measured).toEqual(ended.last!.measured);
  expect(none.averaged.measured).toEqual(ended.averaged.measured);
  // Fewer seconds than it had left are kept to as well.
  const short = clockOf();
  trained(await runFinal({ ...training, seconds: 3 }, { clock: short, begun, rehearse, onEpoch: nothing }));
  expect(short.seconds()).toBeLessThan(3);
});

test("the latency of the first slice is that of the later ones, and an ended slice is not trained twice", async () => {
  const [first, second] = [file("latency-1"), file("latency-2")];
  const job = (seconds: number, from?: string, keep?: string) =>
    evaluateJob(
      {
        kind: "evaluate",
        training: { ...training, seconds, ...(from !== undefined && { from }) },
        ...(keep !== undefined && { keep }),
      },
      nothing,
      clockOf(),
    );
  const short = trained(await job(2, undefined, first));
  const long = trained(await job(4, first, second));
  expect(long.latencyMs).toBe(short.latencyMs);
  // What it mixes up is not in the checkpoint.
  const { confused, ...known } = long;
  expect(confused?.length).toBeGreaterThan(0);
  expect(await job(4, second)).toEqual({ ...known, epochsRun: 0 });
});

test("the whole hand-over is in the seconds of a final training, which tells seconds and epochs", async () => {
  const folder = file("best");
  const clock = clockOf();
  const end = await finishJob(
    {
      kind: "finish",
      training: { ...training, seconds: 6 },
      begunAt: 0,
      keep: file("finish"),
      folder,
      metadata: {},
      int8: true,
    },
    nothing,
    clock,
  );
  if (end.kind !== "finished") throw new Error(JSON.stringify(end));
  expect(end.result.detail).toMatchObject({ seconds: expect.any(Number), epochs: expect.any(Number) });
  expect(end.result.detail.seconds!).toBeLessThan(6);
  expect(await readdir(folder)).toContain("model.int8.onnx");
});

test("checkpoints by epochs and by the clock are apart, ordered by their length, and of before readable", async () => {
  const folder = file("store");
  const store = await openCheckpoints(folder);
  const key = trainingKey(training.network, "settings");
  const content = { epochs: 1, seed: 1, curve: [], state: new Uint8Array([1, 2, 3]) };
  for (const seconds of [5, 12.5, 100]) {
    const clock = { seconds, steps: 1, nextEpoch: 1, endOf: seconds };
    await writeCheckpointFile(store.pathOf(key, { seconds }), { ...content, clock });
  }
  await writeCheckpointFile(store.pathOf(key, { epochs: 7 }), content);
  expect(await store.find(key, { seconds: 90 })).toMatchObject({ length: 12.5, isReached: false });
  expect(await store.find(key, { seconds: Number.POSITIVE_INFINITY })).toMatchObject({ length: 100 });
  expect(await store.find(key, { seconds: 4 })).toBeUndefined();
  expect(await store.find(key, { epochs: 90 })).toMatchObject({ length: 7 });
  await store.keep(key, { seconds: 12.5 }, 0.5);
  expect(await store.find(key, { seconds: 20 })).toMatchObject({ length: 12.5, isReached: true });
  // What it continued is gone.
  expect(await store.find(key, { seconds: 10 })).toBeUndefined();
  await store.drop(key, { seconds: 100 });
  expect(await store.find(key, { seconds: 200 })).toMatchObject({ length: 12.5 });
  expect(await store.find(key, { epochs: 90 })).toMatchObject({ length: 7 });

  const header = Buffer.from(JSON.stringify({ version: 1, epochs: 3, seed: 4, curve: [] }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const old = join(folder, "old");
  await writeFile(old, Buffer.concat([length, header, Buffer.from([9])]));
  expect(await readCheckpointFile(old)).toEqual({
    epochs: 3,
    seed: 4,
    curve: [],
    state: new Uint8Array([9]),
  });
});
