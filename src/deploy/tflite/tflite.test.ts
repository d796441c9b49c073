// Our TFLite files in Google's interpreter, with its reference kernels: the 8-bit scores must be those of our integer network,
// the float scores those of the float model. Every reference and random designs of every space, on small images.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { references, spaces } from "../../catalog/_catalog.ts";
import { exampleNetworks } from "../../graph/export/fixtures/networks.ts";
import type { Network } from "../../graph/network.ts";
import { needsLitert, runInLitert } from "../../testing/litert.ts";
import { imageBytes, measureNetwork, randomBytes, shrunk } from "../fixtures/measured.ts";
import { integerNetwork } from "../integer-network.ts";
import { imageOf, runInteger } from "../run-integer.ts";
import { encodeTflite, type TfliteModel } from "./model.ts";
import { floatTflite, int8Tflite } from "./network.ts";

const script = join(import.meta.dirname, "fixtures", "run.py");
const imageCount = 2;
/** Of each space; GENIUS_DESIGNS asks for more. */
const designs = Number(process.env.GENIUS_DESIGNS ?? 1);

interface Job {
  readonly model: TfliteModel;
  readonly input: Int8Array | Float32Array;
}

async function runAll(jobs: readonly Job[]): Promise<readonly ArrayBuffer[]> {
  const folder = await mkdtemp(join(tmpdir(), "genius-tflite-"));
  try {
    const described = await Promise.all(
      jobs.map(async ({ model, input }, index) => {
        const path = (name: string) => join(folder, `${index}.${name}`);
        await writeFile(path("tflite"), encodeTflite(model));
        await writeFile(path("input"), new Uint8Array(input.buffer));
        return { model: path("tflite"), input: path("input"), output: path("output"), count: imageCount };
      }),
    );
    await writeFile(join(folder, "jobs.json"), JSON.stringify(described));
    await runInLitert(script, join(folder, "jobs.json"));
    return await Promise.all(
      described.map(async ({ output }) => {
        const { buffer, byteOffset, byteLength } = await readFile(output);
        return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

function worst(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(received.length).toBe(expected.length);
  return Math.max(...Array.from(expected, (value, place) => Math.abs(value - received[place]!)));
}

/** Holds the files of all networks to what ours give. */
async function check(networks: readonly Network[]): Promise<void> {
  const jobs: Job[] = [];
  const checks: ((received: ArrayBuffer) => void)[] = [];
  for (const network of networks) {
    const measured = await measureNetwork(network, 1);
    const bytes = randomBytes(network, imageCount, 5);
    const images = Array.from({ length: imageCount }, (_, image) => imageBytes(bytes, network, image));
    const all = Uint8Array.from(images.flatMap((image) => [...image]));
    const scores = await measured.scores(bytes);
    await measured.release();
    const scale = Math.max(1, ...scores.map(Math.abs));
    jobs.push({ model: floatTflite(measured.device), input: Float32Array.from(all, (byte) => byte / 255) });
    checks.push((received) =>
      expect(worst(new Float32Array(received), scores) / scale, network.name).toBeLessThan(1e-4),
    );
    if (network.nodes.some(({ op }) => op.kind === "layer-norm")) continue;
    const integer = integerNetwork(measured.device, measured.ranges);
    const expected = images.flatMap((image) => [...runInteger(integer, imageOf(integer, image))]);
    jobs.push({ model: int8Tflite(integer), input: Int8Array.from(all, (byte) => byte - 128) });
    checks.push((received) =>
      expect([...new Int8Array(received)], `${network.name} in 8 bits`).toEqual(expected),
    );
  }
  const results = await runAll(jobs);
  for (const [index, received] of results.entries()) checks[index]?.(received);
}

test("hand-made networks of every operator", needsLitert, async () => {
  await check([exampleNetworks.tangled!(), exampleNetworks.unflattened!(), exampleNetworks.modern!()]);
});

test("every reference", needsLitert, async () => {
  const all = await Promise.all(Object.values(references).map(({ load }) => load()));
  await check(all.map((each) => each.build({ input: [3, 32, 32], classCount: 10, width: 0.25 })));
});

test.for(Object.entries(spaces))("random designs of %s", needsLitert, async ([, entry]) => {
  const definition = await entry.load();
  const given = [{ imageSize: 16, classCount: 10 }, {}, { sizeClass: "tiny" }];
  const parsed = given.map((options) => definition.options.safeParse(options)).find(({ success }) => success);
  const space = definition.create(parsed?.data as never);
  const random = createRandom(1, `designs of ${space.name}`);
  const networks = Array.from({ length: designs }, () =>
    shrunk(space.decode(space.decisions.map(({ options }) => random.integer(options.length)))),
  );
  await check(networks);
});
