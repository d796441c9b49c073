// A network that was found for six digits, transferred to the other four: all three ways run, the probe leaves the features alone,
// and what is handed over is the better network.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { InferenceSession } from "onnxruntime-node";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { decodeWeights } from "../../graph/export/weights-file.ts";
import mobile from "../../search/spaces/mobile.ts";
import { readJournal } from "../../study/journal.ts";
import { openDataset, openPixels } from "../../tasks/image-classification/index.ts";

const bin = resolve(import.meta.dirname, "../../../bin/genius.js");
let root: string;

async function genius(...args: string[]) {
  const env = { ...process.env, GENIUS_CACHE_DIR: join(root, "cache") };
  return promisify(execFile)(process.execPath, [bin, ...args], { env, cwd: root });
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-transfer-"));
  const { train: set, classNames } = await openDataset("digits", { cacheDirectory: join(root, "cache") });
  const reader = openPixels(set);
  const written = classNames.map(() => 0);
  for (const [position, label] of set.labels.entries()) {
    if (written[label]! >= (label < 6 ? 120 : 60)) continue;
    const folder = join(root, label < 6 ? "six" : "four", classNames[label]!);
    await mkdir(folder, { recursive: true });
    const raw = { channels: 1, height: set.shape[1], width: set.shape[2] } as const;
    await sharp(Uint8Array.from(reader.read(position)), { raw })
      .toColourspace("b-w")
      .toFile(join(folder, `${position}.png`));
    written[label]! += 1;
  }
  reader.close();
});

test("six digits to four", { timeout: 180_000 }, async () => {
  await genius(
    ...["search", "six", "--max-params", "20k", "--max-macs", "500k", "--trials", "1", "--epochs", "1"],
    ...["--final-epochs", "20", "--metric", "macro-f1", "--out", "run"],
  );
  const { stdout } = await genius(
    "transfer",
    "run",
    "four",
    "--epochs",
    "3",
    "--probe-epochs",
    "20",
    "--json",
  );
  const result = JSON.parse(stdout) as {
    results: {
      way: string;
      seconds: number;
      testAccuracy01: number;
      validation: Record<string, number>;
      curve: unknown[];
    }[];
    findings: string[];
    handedOver: string;
  };
  expect(result.results.map(({ way, curve }) => [way, curve.length])).toEqual([
    ["linear-probe", 20],
    ["fine-tuned", 3],
    ["scratch", 3],
  ]);
  const [probe, tuned, scratch] = result.results;
  // In three epochs, features that were learnt elsewhere are worth more than none.
  expect(Math.max(probe!.testAccuracy01, tuned!.testAccuracy01)).toBeGreaterThan(scratch!.testAccuracy01);
  expect(result.findings[0]).toMatch(
    /^Best on validation by macro-F1: .*, 0\.\d{3}, accuracy .* % on test data after /,
  );
  const byMetric = result.results.map(({ validation }) => validation["macro-f1"]!);
  const handedOver = result.results.find(({ way }) => way === result.handedOver);
  expect(handedOver?.validation["macro-f1"]).toBe(Math.max(...byMetric));

  const { header, trials } = await readJournal(join(root, "run"));
  const networkOf = (classCount: number) =>
    mobile
      .create(mobile.options.parse({ ...header.config.spaceOptions, classCount }))
      .decode(trials[0]!.proposal.choices);
  await genius("transfer", "run", "four", "--ways", "linear-probe", "--probe-epochs", "2", "--out", "probed");
  const before = decodeWeights(networkOf(6), await readFile(join(root, "run/best/weights.safetensors")));
  const after = decodeWeights(networkOf(4), await readFile(join(root, "probed/weights.safetensors")));
  const classifier = networkOf(4).nodes.at(-1)!.id;
  for (const [name, { data }] of before) {
    if (name.startsWith(`${classifier}.`)) expect(after.get(name)!.data).not.toEqual(data);
    else expect(after.get(name)!.data).toEqual(data);
  }
});

test("a network of a space that takes any side is transferred at the side it was trained at", async () => {
  for (const [folder, names] of [
    ["colours", ["red", "green"]],
    ["others", ["blue", "white"]],
  ] as const)
    for (const [place, name] of names.entries()) {
      await mkdir(join(root, folder, name), { recursive: true });
      for (let image = 0; image < 20; image += 1) {
        const background = { r: image * 9, g: place * 200, b: 255 - image * 9 };
        await sharp({ create: { width: 40, height: 40, channels: 3, background } })
          .png()
          .toFile(join(root, folder, name, `${image}.png`));
      }
    }
  await genius(
    ...["search", "colours", "--space", "genius-imagenet", "--max-macs", "200M", "--image-size", "32"],
    ...["--trials", "1", "--epochs", "1", "--final-epochs", "1", "--out", "any-side"],
  );
  const { stdout } = await genius(
    ...["transfer", "any-side", "others", "--ways", "linear-probe", "--probe-epochs", "1", "--json"],
  );
  expect(JSON.parse(stdout).results[0].way).toBe("linear-probe");
  const session = await InferenceSession.create(join(root, "any-side/transfer/others/model.onnx"));
  const [input] = session.inputMetadata;
  expect(input!.isTensor && input!.shape.slice(1)).toEqual([3, 32, 32]);
});

test("what cannot be transferred is said", async () => {
  await expect(genius("transfer", "nowhere", "four")).rejects.toThrow(/holds no run/);
  await expect(genius("transfer", "run")).rejects.toThrow(/Name a run and the new data/);
  await expect(genius("transfer", "run", "four", "--ways", "magic")).rejects.toThrow(/none of linear-probe/);
});
