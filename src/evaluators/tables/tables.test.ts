import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GeniusError } from "../../base/errors.ts";
import { findTable, obtainTable, ownFields, parseTable, publishedTables, urlOf } from "./index.ts";

const dataFolder = process.env.GENIUS_DATA_DIR ?? "../shared/data";
const table = publishedTables[0]!;
const published = () => readFile(join(dataFolder, "tables", table.fileName));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "genius-tables-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const unreachable: typeof fetch = async () => {
  throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") });
};
const codeOf = async (work: Promise<unknown>) => {
  const thrown: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(GeniusError);
  return thrown as GeniusError;
};

describe("the published tables", () => {
  it("are found in GENIUS_DATA_DIR, are what their hash says and parse", async () => {
    for (const each of publishedTables) {
      const { text, file } = await obtainTable(each, {
        environment: { GENIUS_DATA_DIR: dataFolder },
        download: unreachable,
      });
      const entries = parseTable({ file, text }, each.fields);
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

  it("are also found directly in the folder", async () => {
    await writeFile(join(folder, table.fileName), await published());
    expect(await findTable(table, { GENIUS_DATA_DIR: folder })).toBe(join(folder, table.fileName));
    const found = await obtainTable(table, {
      environment: { GENIUS_DATA_DIR: folder },
      download: unreachable,
    });
    expect(found.file).toBe(join(folder, table.fileName));
  });

  it("are downloaded once, kept, and read from the cache after that", async () => {
    const bytes = await published();
    const asked: string[] = [];
    const lines: string[] = [];
    const environment = { GENIUS_CACHE_DIR: folder };
    const download: typeof fetch = async (url) => {
      asked.push(String(url));
      return new Response(bytes, { headers: { "content-length": String(bytes.length) } });
    };
    expect(await findTable(table, environment)).toBeUndefined();
    const first = await obtainTable(table, { environment, download, onProgress: (line) => lines.push(line) });
    expect(asked).toEqual([urlOf(table)]);
    expect(lines[0]).toContain(table.fileName);
    expect(await obtainTable(table, { environment, download: unreachable })).toEqual(first);
    expect(await readdir(join(folder, "tables"))).toEqual([table.fileName]);
  });

  it("are downloaded again when the cached copy is damaged", async () => {
    await mkdir(join(folder, "tables"));
    await writeFile(join(folder, "tables", table.fileName), "{");
    const download: typeof fetch = async () => new Response(await published());
    const { text } = await obtainTable(table, { environment: { GENIUS_CACHE_DIR: folder }, download });
    expect(text.length).toBe((await published()).length);
  });

  it("say offline which file, from where, where to put it and GENIUS_DATA_DIR", async () => {
    const error = await codeOf(
      obtainTable(table, { environment: { GENIUS_CACHE_DIR: folder }, download: unreachable }),
    );
    expect(error.code).toBe("offline");
    for (const part of [
      table.fileName,
      urlOf(table),
      join(folder, "tables", table.fileName),
      "GENIUS_DATA_DIR",
      "ENOTFOUND",
    ])
      expect(error.message).toContain(part);
  });

  it("say what the server answered", async () => {
    const download: typeof fetch = async () => new Response("", { status: 503, statusText: "Busy" });
    const error = await codeOf(obtainTable(table, { environment: { GENIUS_CACHE_DIR: folder }, download }));
    expect(error.message).toContain("503 Busy");
  });

  it("refuse a copy whose hash differs, wherever it is from, and keep none", async () => {
    await writeFile(join(folder, table.fileName), `${await published()} `);
    const own = await codeOf(
      obtainTable(table, { environment: { GENIUS_DATA_DIR: folder }, download: unreachable }),
    );
    expect([own.code, own.message]).toEqual(["hash-mismatch", expect.stringContaining(table.sha256)]);
    const cache = join(folder, "cache");
    const download: typeof fetch = async () => new Response("<html>");
    const fetched = await codeOf(obtainTable(table, { environment: { GENIUS_CACHE_DIR: cache }, download }));
    expect(fetched.code).toBe("hash-mismatch");
    await expect(readdir(cache)).rejects.toThrow();
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
