import { createHash } from "node:crypto";
import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GeniusError } from "../../base/errors.ts";
import { needs, sharedPath } from "../../testing/shared-data.ts";
import { keysOf, readPackedTable } from "./packed-table.ts";
import { ownFields, parseTable } from "./parse-table.ts";
import { packedFileOf, publishedTables } from "./published.ts";

/** Designs, the highest figure and, where it is stated, the lowest. */
const extremes: Readonly<Record<string, readonly [designs: number, best: number, worst?: number]>> = {
  "nas-bench-macro cifar10": [6561, 0.931267],
  "channel-bench-resnet cifar10": [16384, 0.93893],
  "channel-bench-mobilenet cifar10": [16384, 0.91887],
  "nas-bench-201 cifar10": [15625, 0.91607],
  "nas-bench-201 cifar100": [15625, 0.73493],
  "nas-bench-201 imagenet16-120": [15625, 0.46733],
  "nats-size cifar10": [32768, 0.90712, 0.76888],
  "nats-size cifar100": [32768, 0.7092, 0.3224],
  "nats-size imagenet16-120": [32768, 0.467333, 0.159667],
  "transnas-micro class_scene": [4096, 0.549363, 0.074841],
  "transnas-micro class_object": [4096, 0.455862, 0.212032],
  "transnas-micro segmentsemantic": [4096, 0.946125, 0.916412],
  "transnas-macro class_scene": [3256, 0.574144, 0.463326],
  "transnas-macro class_object": [3256, 0.474224, 0.391073],
  "transnas-macro segmentsemantic": [3256, 0.948585, 0.937843],
};

describe("the published tables", () => {
  it("come with the package, whole, with the best figures that are published", async () => {
    for (const each of publishedTables) {
      const entries = await readPackedTable(packedFileOf(each));
      const [size, best, worst] = extremes[`${each.space} ${each.dataset}`]!;
      expect(entries.size).toBe(size);
      const figures = [...entries.values()].map(
        ({ validation01, test01 }) => (validation01 ?? test01) as number,
      );
      expect(Math.max(...figures)).toBeCloseTo(best, 5);
      if (worst !== undefined) expect(Math.min(...figures)).toBeCloseTo(worst, 5);
      const hasTest = entries.values().every(({ test01 }) => test01 !== undefined);
      expect(hasTest).toBe(each.fields.test !== undefined);
    }
    expect(Object.keys(extremes)).toHaveLength(publishedTables.length);
  });

  it("take less than a megabyte in all", async () => {
    const sizes = await Promise.all(
      publishedTables.map(async (each) => (await stat(packedFileOf(each))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
  });

  it("hold every figure of the published files", needs("tables"), async () => {
    for (const each of publishedTables) {
      const bytes = await readFile(join(sharedPath("tables"), each.fileName));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(each.sha256);
      const original = parseTable({ file: each.fileName, text: bytes.toString("utf8") }, each.fields);
      const packed = await readPackedTable(packedFileOf(each));
      expect(packed.size).toBe(original.size);
      let largest = 0;
      for (const [key, { validation01, test01 }] of original) {
        const found = packed.get(key)!;
        for (const [ours, theirs] of [
          [found.test01, test01],
          [found.validation01, validation01],
        ]) {
          if (ours === theirs) continue;
          largest = Math.max(largest, Math.abs((ours ?? Number.NaN) - (theirs ?? Number.NaN)));
        }
      }
      // The sources carry the rounding of 32-bit floats.
      expect(largest).toBeLessThan(1e-7);
    }
  });

  it("name source, commit, hash and licence", () => {
    for (const { repository, commit, sha256, licence } of publishedTables) {
      expect(repository).toMatch(/^[\w-]+\/[\w-]+$/);
      expect(commit).toMatch(/^[0-9a-f]{40}$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(licence).not.toBe("");
    }
  });

  it("are refused with a clear error when a file is damaged", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "genius-tables-")), "table.json.br");
    await writeFile(file, "no table");
    await expect(readPackedTable(file)).rejects.toThrow(
      /table\.json\.br is damaged.*Install genius-nas again/,
    );
    await expect(readPackedTable(`${file}.gone`)).rejects.toThrow(/table\.json\.br\.gone/);
  });

  it("write keys by a rule, the last part changing fastest", () => {
    expect(
      keysOf({
        parts: [
          ["a", "b"],
          ["0", "1"],
        ],
        joints: ["<", "|", ">"],
      }),
    ).toEqual(["<a|0>", "<a|1>", "<b|0>", "<b|1>"]);
  });
});

describe("a malformed table", () => {
  const messageOf = (text: string) => {
    try {
      parseTable({ file: "mine.json", text }, ownFields);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(GeniusError);
      return (thrown as GeniusError).message;
    }
    return "";
  };

  it.each([
    ["{", "mine.json is no JSON"],
    ["[1]", "this is [1]"],
    ["{}", "no entry"],
    ['{"00": 3}', 'key "00" must be an object with "test", and is 3'],
    [
      '{"00": {"test": 90}, "01": {}}',
      'key "01", field "test": an accuracy in percent is a number from 0 to 100, and this is missing',
    ],
    ['{"00": {"test": "90"}}', 'field "test"'],
    ['{"00": {"test": 101}}', "this is 101"],
    ['{"00": {"validation": 1, "test": 9}, "01": {"test": 9}}', 'key "01", field "validation"'],
  ])("%s is refused", (text, part) => {
    expect(messageOf(text)).toContain(part);
  });

  it("is read from CSV as from JSON, with quotes, other line ends and empty cells", () => {
    const json = parseTable(
      {
        file: "mine.json",
        text: '{"0,1": {"validation": 90.5, "test": 90}, "1,1": {"validation": 9, "test": 8}}',
      },
      ownFields,
    );
    const text = '\uFEFFdesign,validation, note,test\r\n"0,1",90.5,"a ""b"", c",90\r\n\r\n"1,1",9,,8';
    expect(parseTable({ file: "mine.CSV", text }, ownFields)).toEqual(json);
    const commented = `# mine.csv\n# in per cent\n${text.slice(1)}`;
    expect(parseTable({ file: "mine.csv", text: commented }, ownFields)).toEqual(json);
  });

  it("keeps another metric in its own unit, and turns one that is minimised into a score", () => {
    const metric = { name: "loss", unit: "nats", goal: "minimise" } as const;
    const text = "design,validation\n0,-1.5\n1,250\n";
    expect([...parseTable({ file: "mine.csv", text, metric }, ownFields)]).toEqual([
      ["0", { validation01: 1.5 }],
      ["1", { validation01: -250 }],
    ]);
    expect(() =>
      parseTable({ file: "mine.csv", text: "design,validation\n0,high", metric }, ownFields),
    ).toThrow('mine.csv: key "0", field "validation": a figure is a finite number, and this is "high"');
  });

  it.each([
    ["", "the first line must name the columns"],
    ["design,test\n0", "row 2: 2 cells were expected, and there are 1"],
    ["design,test\n0,90\n0,91", 'row 3: the key "0" stands there twice'],
    [
      "design,test\n0,",
      'key "0", field "test": an accuracy in percent is a number from 0 to 100, and this is missing',
    ],
  ])("as CSV %j is refused", (text, part) => {
    expect(() => parseTable({ file: "mine.csv", text }, ownFields)).toThrow(part);
  });

  it("never crashes the parser", () => {
    const entry = fc.oneof(fc.jsonValue(), fc.record({ validation: fc.jsonValue(), test: fc.jsonValue() }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.dictionary(fc.string(), entry).map((rows) => JSON.stringify(rows)),
        ),
        (text) => {
          messageOf(text);
          try {
            parseTable({ file: "mine.csv", text }, ownFields);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(GeniusError);
          }
        },
      ),
    );
  });

  it("without test figures has validation figures only", () => {
    const entries = parseTable({ file: "mine.json", text: '{"0": {"validation": 90.5}}' }, ownFields);
    expect([...entries]).toEqual([["0", { validation01: 0.905 }]]);
    expect(messageOf('{"0": {"validation": 90.5}, "1": {"test": 90}}')).toContain(
      'key "1", field "validation"',
    );
  });

  it("without validation figures is selected on test", () => {
    const entries = parseTable({ file: "mine.json", text: '{"0": {"test": 90.5}}' }, ownFields);
    expect([...entries]).toEqual([["0", { test01: 0.905 }]]);
  });
});
