import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDataset } from "../open.ts";
import { describeReport } from "../report.ts";
import { partOfName } from "./part-names.ts";

const root = mkdtempSync(join(tmpdir(), "genius-folders-"));
const options = { cacheDirectory: join(root, "cache") };
afterAll(() => rmSync(root, { recursive: true, force: true }));

const images: Buffer[] = [];
beforeAll(async () => {
  for (let level = 0; level < 4; level += 1) {
    const pixels = Buffer.alloc(12 * 12 * 3, 60 * level);
    images.push(
      await sharp(pixels, { raw: { width: 12, height: 12, channels: 3 } })
        .png()
        .toBuffer(),
    );
  }
});

let serial = 0;
/** "cat:4" is four images in the folder cat; "notes.txt" is a file of text. */
function make(...specs: string[]): string {
  serial += 1;
  const folder = join(root, `set-${serial}`);
  for (const spec of specs) {
    const [path = "", count] = spec.split(":");
    if (count === undefined) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), "text");
    }
    for (let i = 0; i < Number(count ?? 0); i += 1) {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, `${i}.png`), images[i % images.length]!);
    }
  }
  return folder;
}

async function understood(...specs: string[]) {
  const dataset = await openDataset(make(...specs), options);
  const { classNames, train, validation, test: held, report } = dataset;
  return {
    classNames,
    counts: [train.count, validation?.count ?? 0, held?.count ?? 0],
    notes: describeReport(dataset).join("\n"),
    report,
  };
}

test.each([
  ["train", "train"],
  ["Training", "train"],
  ["TRAIN", "train"],
  ["train_images", "train"],
  ["seg_train", "train"],
  ["trainset", "train"],
  ["imagesTrain", "train"],
  ["train-2017", "train"],
  ["trn", "train"],
  ["val", "validation"],
  ["Validation", "validation"],
  ["valid_set", "validation"],
  ["dev", "validation"],
  ["test", "test"],
  ["PublicTest", "test"],
  ["seg_test", "test"],
  ["testing_set", "test"],
  ["evaluation", "evaluation"],
])("the name %s means the part %s", (name, part) => {
  expect(partOfName(name)).toEqual({ part, isPlain: true });
});

test("names of things are not names of parts", () => {
  for (const name of ["trainer", "contest", "valley", "device", "cat", "protest", "testament", "train_test"])
    expect(partOfName(name)).toBeUndefined();
  expect(partOfName("train_station")).toEqual({ part: "train", isPlain: false });
});

describe("parts by meaning", () => {
  test.each([
    ["nested twice", ["seg_train/seg_train/", "seg_test/seg_test/"]],
    ["with words around", ["train_images/", "test_images/"]],
    ["in capitals", ["TRAIN/", "Testing/"]],
    ["below a folder of the archive", ["archive/data/training_set/", "archive/data/test_set/"]],
    ["with the set's name", ["pets_train/", "pets_test/"]],
  ])("%s", async (_, [train, held]) => {
    const found = await understood(`${train}cat:4`, `${train}dog:3`, `${held}cat:2`, `${held}dog:1`);
    expect(found).toMatchObject({ classNames: ["cat", "dog"], counts: [7, 0, 3] });
  });

  test("three parts: the validation part is used for validation, the test part for the test", async () => {
    for (const [validation, held] of [
      ["val", "test"],
      ["dev", "test"],
      ["validation", "evaluation"],
    ]) {
      const classes = (part: string, count: number) => [`${part}/a:${count}`, `${part}/b:${count}`];
      const found = await understood(
        ...classes("train", 4),
        ...classes(validation!, 2),
        ...classes(held!, 1),
      );
      expect(found).toMatchObject({ classNames: ["a", "b"], counts: [8, 4, 2] });
      expect(found.notes).toMatch(/used for validation; nothing is split off/);
    }
  });

  test("parts inside the class folders", async () => {
    const found = await understood("cat/train:4", "cat/test:2", "dog/train:3", "dog/test:1");
    expect(found).toMatchObject({ classNames: ["cat", "dog"], counts: [7, 0, 3] });
  });

  test("a test folder without labels, and folders beside the parts, are named and not read", async () => {
    const found = await understood(
      "seg_train/a:4",
      "seg_train/b:4",
      "seg_test/a:1",
      "seg_test/b:1",
      "seg_pred:3",
    );
    expect(found.counts).toEqual([8, 0, 2]);
    expect(found.notes).toMatch(/not read: seg_pred\//);
    expect(found.report.layout).toMatchObject({ isAmbiguous: true, unread: ["seg_pred"] });
  });

  test("classes may be called train, test and dev", async () => {
    expect((await understood("train:5", "car:5", "bus:5")).classNames).toEqual(["bus", "car", "train"]);
    expect((await understood("test_tube:5", "train_station:5")).classNames).toEqual([
      "test_tube",
      "train_station",
    ]);
  });

  test("two levels of which either could be the classes are refused, with both in the message", async () => {
    await expect(understood("2019/cat:4", "2019/dog:4", "2020/cat:4", "2020/dog:4")).rejects.toThrow(
      /2019\/, 2020\/ hold folders of the same names \(cat, dog\).*Either level could be the classes/,
    );
    await expect(understood("val/cat:4", "val/dog:4", "test/cat:4", "test/dog:4")).rejects.toThrow(
      /None of them is a training part/,
    );
  });

  test("folders below class folders are read as part of them, said so", async () => {
    const found = await understood("cat/persian:3", "cat/siamese:3", "dog/poodle:4");
    expect(found).toMatchObject({ classNames: ["cat", "dog"], counts: [8, 0, 2] });
    expect(found.notes).toMatch(/Folders below class folders are read as part.*cat\/persian\//);
  });
});

describe("class names by meaning", () => {
  test("composed and decomposed letters are one class with one name", async () => {
    const [composed, decomposed] = ["café".normalize("NFC"), "café".normalize("NFD")];
    const parts = await understood(
      ...[`train/${composed}:4`, "train/tea:4", `test/${decomposed}:2`, "test/tea:2"],
    );
    expect(parts).toMatchObject({ classNames: [composed, "tea"], counts: [8, 0, 4] });
    const one = await understood(`${composed}:4`, `${decomposed}:4`, "tea:4");
    expect(one.classNames).toEqual([composed, "tea"]);
    expect(one.notes).toMatch(/one class: café/);
  });

  test("another case or separator in the test part is the same class; in one part they are two, said so", async () => {
    const parts = await understood("train/Red Fox:4", "train/dog:4", "test/red_fox:2", "test/dog:1");
    expect(parts).toMatchObject({ classNames: ["Red Fox", "dog"], counts: [8, 0, 3] });
    expect(parts.notes).toMatch(/red_fox = Red Fox/);
    const two = await understood("Cat:4", "cat:4");
    expect(two.classNames).toEqual(["Cat", "cat"]);
    expect(two.notes).toMatch(/differ in case or separators only/);
  });
});

test("what systems leave behind is skipped and counted", async () => {
  const { classNames, report, notes } = await understood(
    ...["cat:4", "dog:4", "__MACOSX/cat:2", "cat/@eaDir/0.png:1", "cat/thumbnails:3", ".cache:1"],
    ...["dog/Thumbs.db", "dog/desktop.ini", "dog/.DS_Store"],
  );
  expect(classNames).toEqual(["cat", "dog"]);
  expect(report.trainCount + report.testCount).toBe(8);
  expect(report.skipped.count).toBe(2 + 1 + 3 + 1 + 3);
  expect(notes).toMatch(/10 files and folders that systems leave behind were skipped/);
});

test.skipIf(process.platform === "win32")(
  "a pipe or a device among the images is not waited for",
  async () => {
    const folder = make("cat:4", "dog:4");
    execFileSync("mkfifo", [join(folder, "cat", "live.png")]);
    symlinkSync("/dev/zero", join(folder, "dog", "zero.png"));
    const dataset = await openDataset(folder, options);
    expect(dataset.report.ignoredFiles.count).toBe(2);
    expect(describeReport(dataset).join("\n")).toContain(
      `${join("cat", "live.png")} (a pipe, a device or a socket), ${join("dog", "zero.png")} (a pipe`,
    );
  },
);

test.skipIf(process.platform === "win32")(
  "links to missing files are left out, counted and named like damaged images",
  async () => {
    const folder = make("cat:20", "dog:20");
    symlinkSync(join(folder, "gone.png"), join(folder, "cat", "link.png"));
    symlinkSync(join(folder, "dog", "circle.png"), join(folder, "dog", "circle.png"));
    symlinkSync("gone.mp4", join(folder, "dog", "film.mp4"));
    const dataset = await openDataset(folder, options);
    const { report } = dataset;
    expect(report.trainCount + report.testCount).toBe(40);
    expect(report.corrupt.examples).toEqual([
      "cat/link.png (a symbolic link to a missing file)",
      "dog/circle.png (symbolic links in a circle)",
    ]);
    expect(report.ignoredFiles.examples).toEqual(["dog/film.mp4 (a symbolic link to a missing file)"]);
    expect(describeReport(dataset).join("\n")).toContain(
      "2 images could not be read and were left out: cat/link.png (a symbolic link to a missing file)",
    );
    // As soon as the image is there it is read, though nothing else has changed.
    writeFileSync(join(folder, "gone.png"), images[0]!);
    const mended = await openDataset(folder, options);
    expect(mended.report.trainCount + mended.report.testCount).toBe(41);
    expect(mended.hash).not.toBe(dataset.hash);
  },
);

test.skipIf(process.platform === "win32")("too many links to missing files are refused by name", async () => {
  const folder = make("cat:4", "dog:4");
  for (const name of ["one", "two"]) symlinkSync("gone.png", join(folder, "cat", `${name}.png`));
  await expect(openDataset(folder, options)).rejects.toThrow(
    "2 of 10 images cannot be read: cat/one.png (a symbolic link to a missing file)",
  );
});

test("the layout says what was understood", async () => {
  const { report } = await understood("data/train/a:4", "data/train/b:3", "data/test/a:1");
  expect(report.layout?.parts).toEqual([
    {
      part: "train",
      folder: "data/train",
      classes: [
        { name: "a", fileCount: 4 },
        { name: "b", fileCount: 3 },
      ],
    },
    {
      part: "test",
      folder: "data/test",
      classes: [
        { name: "a", fileCount: 1 },
        { name: "b", fileCount: 0 },
      ],
    },
  ]);
});

test("images beside the class folders are named; a class with one image is, too", async () => {
  const folder = make("train/a:4", "train/b:1", "test/a:1", "test/b:1");
  writeFileSync(join(folder, "train", "stray.png"), images[0]!);
  const dataset = await openDataset(folder, options);
  const { report } = dataset;
  expect(describeReport(dataset).join("\n")).toMatch(/stray.png \(in no class folder\)/);
  expect(report.notes.join("\n")).toMatch(/single training image, which teaches little: b/);
});
