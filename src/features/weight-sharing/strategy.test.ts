// The weight-sharing strategies on real digits and a space of sixteen designs: they train once, propose what comes out
// of it without repeating anything, go on from the epoch at which they were interrupted to the same end, and do not
// train again when a search is resumed.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createTrainingAccess } from "../../api/training-access.ts";
import { createRandom } from "../../base/random.ts";
import { findPython } from "../../evaluators/launchers/local/python.ts";
import local from "../../evaluators/launchers/local.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import type { ProposeContext, Strategy, StrategyDefinition } from "../../search/strategy.ts";
import type { Proposal } from "../../search/trial.ts";
import { openDataset } from "../../tasks/image-classification/index.ts";
import { smallSpace } from "./fixtures/small-space.ts";
import darts from "./strategies/darts.ts";
import gdas from "./strategies/gdas.ts";
import oneShot from "./strategies/one-shot.ts";

const found = await findPython(process.env).catch(() => undefined);
const python = found?.packages.torch === undefined ? undefined : found.path;

const domain = createDomain(smallSpace, {});
const quick = {
  supernetEpochs: 2,
  supernetFraction01: 0.1,
  supernetBatch: 32,
  measured: 6,
  population: 3,
  measuredImages: 128,
};
let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "genius-supernet-"));
  // Decodes ten thousand images once.
  await openDataset("digits", { imageSize: 8, cacheDirectory: cache });
}, 180_000);
afterAll(async () => {
  await rm(cache, { recursive: true, force: true });
});

function create(definition: StrategyDefinition, more: object = {}): Strategy {
  const setting = {
    domain,
    evaluations: 20,
    task: "digits",
    fidelity: { full: {} },
    training: access(),
  };
  return definition.create(setting, definition.options.parse({ ...quick, ...more }));
}

/** What a search gives its strategy, with this test's cache and a launcher of this machine. */
function access(seed = 7) {
  const environment = { ...process.env, GENIUS_CACHE_DIR: cache };
  return createTrainingAccess({
    dataset: "digits",
    seed,
    environment,
    openLauncher: async () => local.create({ folder: cache, environment }, {}),
  });
}

async function proposals(strategy: Strategy, count: number, signal?: AbortSignal): Promise<Proposal[]> {
  const found: Proposal[] = [];
  for (let trialNumber = 1; trialNumber <= count; trialNumber += 1) {
    const context: ProposeContext = {
      trialNumber,
      random: createRandom("suite", trialNumber),
      pending: [],
      signal: signal ?? new AbortController().signal,
    };
    const proposal = await strategy.propose(context);
    if (proposal === undefined) break;
    found.push(proposal);
    strategy.observe({
      number: trialNumber,
      proposal,
      outcome: { kind: "scored", metrics: { accuracy: 0.5 }, score: 0.5, spent: { milliseconds: 0 } },
      cost: { paramCount: 0, macCount: 0 },
    });
  }
  return found;
}

const supernets = () => readdir(join(cache, "supernets"));
const members = { darts, gdas, "one-shot": oneShot } as Record<string, StrategyDefinition>;

describe.each(Object.entries(members))("%s", (name, definition) => {
  test("proposes every design of a small space once, what the supernet found first", async () => {
    const found = await proposals(create(definition), 20);
    expect(new Set(found.map(({ choices }) => choices.join())).size).toBe(16);
    expect(found).toHaveLength(16);
    expect(found[0]).toMatchObject({ by: name, rationale: expect.stringMatching(/^place 1 of /) });
  });

  test("does not train again, and proposes the same", async () => {
    const before = await supernets();
    const first = await proposals(create(definition), 3);
    expect(await proposals(create(definition), 3)).toEqual(first);
    expect(await supernets()).toEqual(before);
  });
});

test("continues from the epoch at which it was interrupted, to the same end", async () => {
  const whole = await proposals(create(darts as StrategyDefinition, { supernetEpochs: 8 }), 2);
  const files = await supernets();
  const states = await Promise.all(files.map((file) => readFile(join(cache, "supernets", file), "latin1")));
  const third = files[states.findIndex((text) => text.includes('"epoch":8,'))]!;
  await rm(join(cache, "supernets", third));
  const stop = new AbortController();
  const strategy = create(darts as StrategyDefinition, { supernetEpochs: 8 });
  const interrupted = proposals(strategy, 2, stop.signal);
  await vi.waitFor(async () => expect(await supernets()).toContain(third), { timeout: 60_000, interval: 5 });
  stop.abort();
  await expect(interrupted).rejects.toThrow("aborted");
  expect(await readFile(join(cache, "supernets", third), "latin1")).not.toContain('"epoch":8,');
  expect(await proposals(strategy, 2)).toEqual(whole);
});

test("trains again what cannot be read", async () => {
  const first = await proposals(create(gdas as StrategyDefinition), 2);
  for (const file of await supernets()) await writeFile(join(cache, "supernets", file), "nothing");
  expect(await proposals(create(gdas as StrategyDefinition), 2)).toEqual(first);
});

test.skipIf(python === undefined)(
  "trains with PyTorch through a launcher, and reads the result again afterwards",
  { timeout: 180_000 },
  async () => {
    const torch = { supernetPython: python };
    const first = await proposals(create(gdas as StrategyDefinition, torch), 3);
    expect(first[0]).toMatchObject({ by: "gdas", rationale: expect.stringMatching(/^place 1 of /) });
    const folder = (await supernets()).find((name) => name.endsWith(".torch"))!;
    expect(await readdir(join(cache, "supernets", folder))).toContain("result.json");
    // Without a Python: only the finished result can have been read.
    const again = { supernetPython: "no-such-python" };
    expect(await proposals(create(gdas as StrategyDefinition, again), 3)).toEqual(first);
  },
);

test.skipIf(python === undefined)("says why the trainer refuses a job", async () => {
  const torch = { supernetPython: python, supernetRate: 1e30 };
  const strategy = create(darts as StrategyDefinition, torch);
  await expect(proposals(strategy, 1)).rejects.toThrow(/the loss of epoch \d+ is not finite/);
});

test("says what is missing without the Python that was named", async () => {
  const strategy = create(darts as StrategyDefinition, { supernetPython: "no-such-python" });
  await expect(proposals(strategy, 1)).rejects.toThrow(/no Python at "no-such-python"/);
});

test("says what is missing without images, and when they do not fit", async () => {
  const setting = { domain, evaluations: 1, task: "", fidelity: { full: {} } };
  expect(() => darts.create(setting, darts.options.parse({}))).toThrow(/no images to train it on.*--images/);
  const wide = createDomain({ ...smallSpace, classCount: 3 }, {});
  const strategy = gdas.create({ ...setting, domain: wide, training: access(1) }, gdas.options.parse({}));
  await expect(proposals(strategy, 1)).rejects.toThrow(
    /takes images of \[1, 8, 8\] in 3 classes; digits has/,
  );
});
