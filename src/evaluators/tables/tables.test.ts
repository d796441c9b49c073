import { createHash } from "node:crypto";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GeniusError } from "../../base/errors.ts";
import { ownFields, packedFileOf, parseTable, publishedTables, readPackedTable } from "./index.ts";
import { keysOf } from "./packed-table.ts";

const sources = join(process.env.GENIUS_DATA_DIR ?? "../shared/data", "tables");
const isThere = await readFile(join(sources, "nas-bench-macro_cifar10.json")).then(
  () => true,
  () => false,
);

describe("the published tables", () => {
  it("come with the package, whole, with the best figures that are published", async () => {
    for (const each of publishedTables) {
      const entries = await readPackedTable(packedFileOf(each));
      expect(entries.size).toBe({ "nas-bench-macro": 6561, "nas-bench-201": 15625 }[each.space] ?? 16384);
      const best = Math.max(...entries.values().map(({ validation01, test01 }) => validation01 ?? test01));
      expect(best).toBeCloseTo(
        { "nas-bench-macro": 0.9313, "channel-bench-resnet": 0.93893, "channel-bench-mobilenet": 0.91887 }[
          each.space
        ] ?? ({ cifar10: 0.91607, cifar100: 0.73493, "imagenet16-120": 0.46733 }[each.dataset] as number),
        4,
      );
    }
  });

  it.skipIf(!isThere)("hold every figure of the published files", async () => {
    for (const each of publishedTables) {
      const bytes = await readFile(join(sources, each.fileName));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(each.sha256);
      const original = parseTable({ file: each.fileName, text: bytes.toString("utf8") }, each.fields);
      const packed = await readPackedTable(packedFileOf(each));
      expect(packed.size).toBe(original.size);
      let largest = 0;
      for (const [key, { validation01, test01 }] of original) {
        const found = packed.get(key)!;
        largest = Math.max(largest, Math.abs(found.test01 - test01));
        if (validation01 !== undefined)
          largest = Math.max(largest, Math.abs((found.validation01 ?? Number.NaN) - validation01));
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
        },
      ),
    );
  });

  it("without validation figures is selected on test", () => {
    const entries = parseTable({ file: "mine.json", text: '{"0": {"test": 90.5}}' }, ownFields);
    expect([...entries]).toEqual([["0", { test01: 0.905 }]]);
  });
});
