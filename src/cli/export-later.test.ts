// A run that was searched without --int8 becomes 8 bits later: the same file that --int8 would have written, from the run's own data;
// and clear words where these are not named, not there, or others.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { genius } from "./fixtures/terminal.ts";

let root: string;
const environment = () => ({ GENIUS_CACHE_DIR: join(root, "cache") });
const search =
  "search digits --space mobile --strategy random --trials 1 --epochs 1 --final-epochs 1 --seed 1 --image-size 12 --max-params 20k --data-fraction01 0.2 --json --out";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-export-later-"));
  for (const more of [[join(root, "floats")], [join(root, "eight"), "--int8"]])
    expect((await genius([...search.split(" "), ...more], { environment: environment() })).code).toBe(0);
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function exportOf(folder: string, ...more: readonly string[]) {
  const out = join(root, `${more.length}-${folder}.tflite`);
  const asked = ["export", join(root, folder), "--format", "tflite-int8", "--out", out, ...more];
  return { ...(await genius(asked, { environment: environment() })), out };
}

test("the file is the one that --int8 would have given, and its README says what was not measured", async () => {
  const [later, own] = [await exportOf("floats"), await exportOf("eight")];
  expect(later.error).toContain("Measuring the ranges");
  expect(own.error).not.toContain("Measuring the ranges");
  expect([later.code, own.code]).toEqual([0, 0]);
  // Names of the run are in the metadata; the examples are the outputs of weights and grids on three images.
  const scales = async (path: string) =>
    /a real score is (\S+) · \(score − \((\S+)\)\)/.exec(await readFile(`${path}.md`, "utf8"))!.slice(1);
  expect(await scales(later.out)).toEqual(await scales(own.out));
  expect(await readFile(`${later.out}.md`, "utf8")).toContain("Its accuracy in 8 bits was not measured");
  expect(await readFile(`${own.out}.md`, "utf8")).not.toContain("was not measured");
});

test("C and 8-bit ONNX of it too", async () => {
  for (const format of ["c", "onnx-int8"]) {
    const out = join(root, `of-${format}`);
    const asked = ["export", join(root, "floats"), "--format", format, "--out", out];
    const { code, error } = await genius(asked, { environment: environment() });
    expect(error).toContain("with its trained weights");
    expect(code).toBe(0);
  }
});

test("other images are refused by their hash, missing ones by name", async () => {
  for (const name of ["a", "b"]) {
    await mkdir(join(root, "others", name), { recursive: true });
    for (let image = 0; image < 12; image += 1)
      await sharp(Buffer.alloc(144, 20 * image), { raw: { width: 12, height: 12, channels: 1 } }).toFile(
        join(root, "others", name, `${image}.png`),
      );
  }
  const others = await exportOf("floats", "--data", join(root, "others"));
  expect(others.code).toBe(1);
  expect(others.error).toMatch(/does not hold the images that it was trained on: their hash is/);
  const gone = await exportOf("floats", "--data", join(root, "gone"));
  expect(gone.code).toBe(1);
  expect(gone.error).toMatch(/its data, .*gone, cannot be opened: .* Name the data with --data/);
});

test("a folder of genius train does not name its data: --data does", async () => {
  const text = join(root, "own.txt");
  await writeFile(text, "conv 8 k3 norm relu\nmaxpool 2\nglobalpool flatten linear classes\n");
  const asked = ["train", text, "digits", "--final-epochs", "1", "--out", join(root, "trained")];
  expect((await genius(asked, { environment: environment() })).code).toBe(0);
  const refused = await exportOf("trained");
  expect(refused.code).toBe(1);
  expect(refused.error).toContain("the folder does not say on which data");
  const given = await exportOf("trained", "--data", "digits");
  expect(given.error).toContain("with its trained weights");
  expect(given.code).toBe(0);
});

test("--data where it means nothing is refused", async () => {
  const asked = ["export", join(root, "floats"), "--format", "tflite", "--data", "digits"];
  const { code, error } = await genius(asked, { environment: environment() });
  expect(code).toBe(2);
  expect(error).toContain("--data is for 8 bits");
});
