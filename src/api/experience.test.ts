// What a person has kept is tried by a search by the clock, right after the first hand-designed network. What was offered is the run's:
// it is resumed with that, whatever is kept by then.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { KeptNetwork } from "../catalog/experience/kept-networks.ts";
import { resume, type SearchOptions, search } from "../index.ts";
import { accuracy } from "../metrics/index.ts";
import { putTurn } from "../study/inbox.ts";
import { readJournal } from "../study/journal.ts";
import { experienceFor } from "./experience.ts";
import { quick } from "./fixtures/quick-evaluator.ts";

const text = "conv 16 k3 s2 norm relu\nconv 32 k3 s2 norm relu\nglobalpool flatten linear classes\n";
const keptAs = (name: string): KeptNetwork => ({
  ...{ name, text, paramCount: 5_178, macCount: 254_336 },
  on: { dataset: "made-up", input: [1, 28, 28], classCount: 10 },
  metric: { name: "accuracy", unit: "share", goal: "maximise" },
  training: "for 1 min",
  against: { name: "resnet-8 ×0.31", paramCount: 7_900, macCount: 1_100_000 },
  seeds: [2, 3, 4],
  ...{ scores: [0.9, 0.905, 0.91], scoresAgainst: [0.88, 0.885, 0.89] },
  ...{ date: "2026-11-30", source: "runs/first" },
});

const own = await mkdtemp(join(tmpdir(), "genius-own-"));
const file = join(own, "experience.jsonl");
const keep = (entry: KeptNetwork) => writeFile(file, `${JSON.stringify(entry)}\n`);
const environment = { ...process.env, GENIUS_OWN_DIR: own };
const images = { imageSize: 28, channels: 1, classCount: 10 } as const;
const newFolder = async () => join(await mkdtemp(join(tmpdir(), "genius-experience-")), "run");

/** An hour, of which a person ends the search after a few trainings, which take no time. */
const asked = { data: "made-up", strategy: "random", environment, parallel: 1 };
const endedIn = (out: string, after = 6) => {
  let count = 0;
  return quick({
    images,
    async onEvaluate({ signal }) {
      count += 1;
      if (count <= after) return;
      await putTurn(out, { kind: "finish" });
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
  });
};
const words = "kept from runs/first: +2.00 points beside resnet-8 at 31 % width over 3 seeds on made-up";

async function searched(options: SearchOptions = {}) {
  const out = await newFolder();
  const said: string[] = [];
  const run = await search({
    ...{ ...asked, limits: { maxParams: "5500" }, budget: { minutes: 60 }, out, evaluator: endedIn(out) },
    ...options,
    onEvent: (event) => void (event.kind === "preparing" && said.push(event.text)),
  });
  const tried = run.trials.map(({ proposal }) => [proposal.by, proposal.network?.name.replace(/ ×.*/, "")]);
  return { out, said, run, tried };
}

test("what was kept is tried as it was kept, then what comes with the package, each with where it won", async () => {
  await keep(keptAs("mine"));
  const { run, tried } = await searched();
  expect(tried.slice(0, 4)).toEqual([
    ["reference", "resnet-8"],
    ["experience", "mine"],
    ["experience", "early-resnet"],
    expect.anything(),
  ]);
  expect(run.trials[1]).toMatchObject({
    proposal: { rationale: `mine, ${words}; at its own width`, network: { name: "mine" } },
    cost: { paramCount: 5_178 },
  });
  expect(run.trials[2]?.proposal.rationale).toMatch(
    /^early-resnet, which won in earlier measurements \(docs/,
  );
  expect(run.config.experience?.offered[0]).toEqual({ name: "mine", words, text, isOfSameData: true });
});

test("other limits than those it was kept at change its width, and a switch leaves it out", async () => {
  await keep(keptAs("mine"));
  const { run } = await searched({ limits: { maxParams: "20k" } });
  expect(run.trials[1]?.proposal.rationale).toMatch(/its width fitted to the limits \(× 2\.\d\d\)$/);
  expect(run.trials[1]?.cost.paramCount).toBeGreaterThan(15_000);
  const off = await searched({ budget: { minutes: 60, experience: false } });
  expect(off.tried.map(([by]) => by)).not.toContain("experience");
  expect(off.run.config.experience).toBeUndefined();
});

test("a run goes on with what it was offered; a new one gets what is kept now", async () => {
  await keep(keptAs("mine"));
  const out = await newFolder();
  const stop = new AbortController();
  const stopped = await search({
    ...{ ...asked, limits: { maxParams: "5500" }, budget: { minutes: 60 }, out, signal: stop.signal },
    evaluator: quick({ images }),
    onEvent: (event) => void (event.kind === "plan" && stop.abort()),
  });
  expect([stopped.reason, stopped.trials]).toEqual(["interrupted", []]);
  await keep(keptAs("later"));
  const resumed = await resume(out, { environment, evaluator: endedIn(out) });
  expect(resumed.trials[1]?.proposal.network?.name).toBe("mine");
  await rm(file);
  const { header } = await readJournal(out);
  expect(header.config.experience?.offered[0]?.name).toBe("mine");
  await keep(keptAs("later"));
  expect((await searched()).tried[1]).toEqual(["experience", "later"]);
});

test("what is damaged is named and left out, and the search goes on", async () => {
  await writeFile(file, `{ no\n${JSON.stringify(keptAs("mine"))}\n`);
  const some = await searched();
  expect(some.said).toContainEqual(
    expect.stringMatching(/^Left out of your experience: .*line 1 is not JSON/),
  );
  expect(some.tried[1]).toEqual(["experience", "mine"]);
  await rm(file);
  await mkdir(file);
  const none = await searched();
  expect(none.said).toContainEqual(
    expect.stringMatching(/^Left out of your experience: .*experience\.jsonl/),
  );
  expect(none.tried[1]).toEqual(["experience", "early-resnet"]);
  await rm(file, { recursive: true });
});

test("a recorded conversation is replayed with what its run was offered", async () => {
  await keep(keptAs("mine"));
  const { out, run } = await searched();
  await keep(keptAs("later"));
  const offeredTo = async (model: string | undefined) => {
    const setting = { dataset: "made-up", images, limits: { maxParamCount: 5_500 }, metric: accuracy };
    const all = { ...setting, model, environment, onProgress: () => {}, isTried: true, isTold: false };
    return (await experienceFor(all))?.offered.map(({ name }) => name);
  };
  expect(run.config.experience?.offered.map(({ name }) => name)).toEqual(["mine", "early-resnet"]);
  expect(await offeredTo(`replay/${out}`)).toEqual(["mine", "early-resnet"]);
  expect(await offeredTo(`replay/${join(out, "conversation.jsonl")}`)).toEqual(["mine", "early-resnet"]);
  // Of a conversation alone nobody knows what its run was offered.
  expect(await offeredTo(`replay/${join(own, "conversation.jsonl")}`)).toEqual(["early-resnet"]);
  expect(await offeredTo(undefined)).toEqual(["later", "early-resnet"]);
});
