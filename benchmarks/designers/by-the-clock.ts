// One real training by the clock with a mind in it: searches on images under a limit, each arm with the same wall time for all it
// does – opening the data, asking the model, finding a network, training it to its end, test and files. Arms: the model alone, with
// the surrogate, the surrogate alone, and strategies that need no model; evolution begins with the model's own first design.
//
// Usage: node --conditions=genius-source benchmarks/designers/by-the-clock.ts --data FOLDER [--minutes 10] [--max-params 50k]
//          [--arms llm@2,hybrid+model,hybrid,random,largest-first,evolution] [--seeds 1,2,3] [--out DIR] [--port 8765] [--page FILE] [--about DATA] [--remark TEXT]
// An arm with @2 at its end, such as llm@2, trains two designs at once whatever its strategy would do. The bridge is started here. Before an arm with a model the script waits, its clock not yet running, until the reader of that
// search has made the file OUT/asks/RUN/reader; from then on the reader finds OUT/asks/RUN/ask-1.txt, and at the end `finished`.
// By the clock, so give it a quiet machine; what other programs used is kept with each arm. Finished arms are lines of
// OUT/arms.jsonl and are not run again; seeds are the outer loop. With --page alone (no --data) only the page is written again.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openData, type SearchResult, search } from "../../src/index.ts";
import { keyOf } from "../../src/search/choices.ts";
import { isReference } from "../../src/search/proposed-network.ts";
import { stopsInWords } from "../../src/search/race/stopped.ts";
import { isEvaluated, isScored } from "../../src/search/trial.ts";
import { othersBusySeconds } from "../train-search/others-busy.ts";
import { type ArmLine, byTheClockPage } from "./by-the-clock-page.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    minutes: { type: "string", default: "10" },
    "max-params": { type: "string", default: "50k" },
    arms: { type: "string", default: "llm@2,hybrid+model,hybrid,random,largest-first,evolution" },
    seeds: { type: "string", default: "1,2,3" },
    out: { type: "string", default: "runs/by-the-clock" },
    port: { type: "string", default: "8765" },
    page: { type: "string" },
    about: { type: "string", default: "the sign-language digits (2,062 photographs of hands, ten classes)" },
    remark: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const log = join(values.out, "arms.jsonl");

const read = async () =>
  (await readFile(log, "utf8").catch(() => ""))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ArmLine);

/** What an arm asks for. Whatever it does not name is as a person gets it. */
async function askedFor(name: string, { run, seed }: { readonly run: string; readonly seed: number }) {
  const [arm = name, atOnce] = name.split("@");
  return {
    ...(await strategyOf(arm, { run, seed })),
    ...(atOnce !== undefined && { parallel: Number(atOnce) }),
  };
}

async function strategyOf(arm: string, { run, seed }: { readonly run: string; readonly seed: number }) {
  const model = {
    model: "compatible/helper-agent",
    modelOptions: { baseUrl: `http://127.0.0.1:${values.port}/${run}/v1` },
  };
  if (arm === "llm") return { strategy: "llm", ...model };
  if (arm === "hybrid+model") return { strategy: "hybrid", ...model };
  if (arm !== "evolution") return { strategy: arm };
  const own = (await read()).find(
    (line) => line.arm.startsWith("llm") && line.seed === seed && line.minutes === minutes,
  );
  if (own === undefined)
    throw new Error(`evolution begins with the first design of llm under seed ${seed}, which has not run.`);
  // Of three alive: with its usual ten all designs of so short a search would be random ones.
  const start = own.firstDesign ?? "random";
  return { strategy: arm, strategyOptions: { start, population: 3, sample: 2 } };
}

async function runArm(data: string, arm: string, seed: number): Promise<ArmLine> {
  const run = `${arm.replace(/[+@]/g, "-")}-${seed}-${minutes}`;
  const folder = join(values.out, run);
  const asks = join(values.out, "asks", run);
  await rm(folder, { recursive: true, force: true });
  await rm(asks, { recursive: true, force: true });
  const wanted = await askedFor(arm, { run, seed });
  const hasModel = "model" in wanted;
  if (hasModel) await readerOf(asks);
  const started = performance.now();
  const busyBefore = othersBusySeconds();
  const result = await search({
    ...{ data, limits: { maxParams: values["max-params"] }, seed, out: folder },
    // Without what won in earlier measurements: each arm begins with the same references, and the rest is its own.
    budget: { minutes, experience: false },
    ...wanted,
    environment: { ...process.env, COMPATIBLE_API_KEY: "none" },
    onEvent(event) {
      if (event.kind === "trial") console.error(`${run}: trial ${event.trial.number}`);
    },
  }).finally(() => hasModel && writeFile(join(asks, "finished"), ""));
  const seconds = (performance.now() - started) / 1000;
  const othersCores = (othersBusySeconds() - busyBefore) / seconds;
  return { arm, seed, minutes, seconds, othersCores, ...(await foundIn(result)) };
}

/** Resolves when the reader of a search is there. */
async function readerOf(asks: string): Promise<void> {
  await mkdir(asks, { recursive: true });
  console.error(
    `A fresh reader is needed for ${asks}: it makes the file "reader" there, then waits for ask-1.txt.`,
  );
  while (!existsSync(join(asks, "reader"))) await setTimeout(1000);
}

type Found = Omit<ArmLine, "arm" | "seed" | "minutes" | "seconds" | "othersCores">;

async function foundIn({ best, trials, space, folder, config, verdict }: SearchResult): Promise<Found> {
  if (best === undefined) throw new Error(`Nothing was found: ${verdict.join(" ")}`);
  const seconds = trials.flatMap(({ proposal }) => proposal.fidelity.seconds ?? []);
  const first = Math.min(...seconds);
  const designs = trials.filter(
    (trial) =>
      isEvaluated(trial) &&
      trial.proposal.network === undefined &&
      (trial.proposal.repeat ?? 0) === 0 &&
      trial.proposal.fidelity.seconds === first,
  );
  const [begun] = designs;
  const selected = trials.find(({ number }) => number === best.trial);
  const scores = designs.filter(isScored).map(({ outcome }) => outcome.score);
  return {
    test: best.testAccuracy01 ?? Number.NaN,
    testImages: Number(best.test.testImages),
    validation: Number(best.test.validationAccuracy01 ?? Number.NaN),
    ...{ key: best.key, paramCount: best.paramCount, macCount: best.macCount },
    isReference: selected !== undefined && isReference(selected.proposal),
    trials: trials.length,
    designs: designs.length,
    ...(scores.length > 0 && { bestDesign: Math.max(...scores) }),
    firstSeconds: first,
    parallel: config.parallel,
    ...(begun !== undefined && { firstDesign: keyOf(space, begun.proposal.choices) }),
    ...(config.model !== undefined && { ...(await talkIn(folder)), stops: stopsInWords(trials) }),
    verdict,
  };
}

/** How often the model was asked in a run, and how long its answers took. */
async function talkIn(folder: string): Promise<Pick<ArmLine, "calls" | "askedSeconds">> {
  const text = await readFile(join(folder, "conversation.jsonl"), "utf8");
  const exchanges = text
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => (JSON.parse(line) as { exchanges?: { milliseconds: number }[] }).exchanges ?? []);
  const askedSeconds = exchanges.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  return { calls: exchanges.length, askedSeconds };
}

if (values.data !== undefined) {
  await mkdir(values.out, { recursive: true });
  // Decoded once before any clock runs: the first arm would pay for all.
  await openData(values.data);
  const bridge = spawn(
    process.execPath,
    [
      fileURLToPath(new URL("bridge.ts", import.meta.url)),
      ...["--folder", join(values.out, "asks"), "--port", values.port],
    ],
    { stdio: "inherit" },
  );
  try {
    const done = new Set((await read()).map((line) => `${line.arm} ${line.seed} ${line.minutes}`));
    for (const seed of values.seeds.split(",").map(Number)) {
      for (const arm of values.arms.split(",")) {
        if (done.has(`${arm} ${seed} ${minutes}`)) continue;
        const line = JSON.stringify(await runArm(values.data, arm, seed));
        console.log(line);
        await appendFile(log, `${line}\n`);
      }
    }
  } finally {
    bridge.kill();
  }
}
if (values.page !== undefined) {
  await writeFile(
    values.page,
    byTheClockPage(await read(), {
      data: values.about,
      maxParams: values["max-params"],
      date: new Date(),
      remark: values.remark,
    }),
  );
}
