// Our TFLite files in Google's interpreter, with its reference kernels: the 8-bit scores must be those of our integer network,
// the float scores those of the float model, and the arena the one that is promised before training. Every reference and random
// designs of every space, on small images; benchmarks/device-files does it for twenty of each.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { references, spaces } from "../../catalog/_catalog.ts";
import { exampleNetworks } from "../../graph/export/fixtures/networks.ts";
import type { Network } from "../../graph/network.ts";
import { needsLitert } from "../../testing/litert.ts";
import { imageBytes, measureNetwork, randomBytes, shrunk } from "../fixtures/measured.ts";
import { integerNetwork } from "../integer-network.ts";
import { imageOf, runInteger } from "../run-integer.ts";
import { runFiles, type TfliteJob, type TfliteRun } from "./fixtures/run-files.ts";
import { floatTflite, int8Tflite } from "./network.ts";
import { tfliteRam } from "./promised.ts";

const imageCount = 2;
/** Of each space; GENIUS_DESIGNS asks for more. */
const designs = Number(process.env.GENIUS_DESIGNS ?? 1);

function worst(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(received.length).toBe(expected.length);
  return Math.max(...Array.from(expected, (value, place) => Math.abs(value - received[place]!)));
}

/** Holds the files of all networks to what ours give. */
async function check(networks: readonly Network[]): Promise<void> {
  const jobs: TfliteJob[] = [];
  const checks: ((received: TfliteRun) => void)[] = [];
  for (const network of networks) {
    const measured = await measureNetwork(network, 1);
    const bytes = randomBytes(network, imageCount, 5);
    const images = Array.from({ length: imageCount }, (_, image) => imageBytes(bytes, network, image));
    const all = Uint8Array.from(images.flatMap((image) => [...image]));
    const scores = await measured.scores(bytes);
    await measured.release();
    const scale = Math.max(1, ...scores.map(Math.abs));
    const pixels01 = Float32Array.from(all, (byte) => byte / 255);
    jobs.push({ model: floatTflite(measured.device), input: pixels01, imageCount });
    checks.push((received) => {
      expect(worst(new Float32Array(received.scores), scores) / scale, network.name).toBeLessThan(1e-4);
      expect(received.arenaBytes, network.name).toBe(tfliteRam(network, "float")?.interpreter);
    });
    if (network.nodes.some(({ op }) => op.kind === "layer-norm")) continue;
    const integer = integerNetwork(measured.device, measured.ranges);
    const expected = images.flatMap((image) => [...runInteger(integer, imageOf(integer, image))]);
    jobs.push({ model: int8Tflite(integer), input: Int8Array.from(all, (byte) => byte - 128), imageCount });
    checks.push((received) => {
      const name = `${network.name} in 8 bits`;
      expect([...new Int8Array(received.scores)], name).toEqual(expected);
      expect(received.arenaBytes, name).toBe(tfliteRam(network, "int8")?.interpreter);
    });
  }
  const results = await runFiles(jobs);
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
