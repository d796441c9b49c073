// Whatever stands in a settings file, in a flag or in a member's file: the answer is a value, or an error of ours that
// says what is wrong, and never a crash.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { formatCount, parseCount } from "../base/units.ts";
import { spaces } from "../catalog/_catalog.ts";
import { loadSpace, loadStrategy, openSpace } from "../catalog/load.ts";
import { flagsOf } from "../runs/flags.ts";
import { parseChoices } from "../search/choices.ts";
import { searchSettings } from "../study/settings.ts";
import { fuzzEffort, fuzzTimeout } from "../testing/fuzz.ts";
import { checkFlags, coerce, parseArguments } from "./options.ts";
import { readSettingsFile } from "./settings-file.ts";

const root = mkdtempSync(join(tmpdir(), "genius-settings-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the action gives, or undefined for an error of ours; anything else that is thrown is a crash. */
async function orGeniusError<T>(action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (thrown) {
    if (thrown instanceof GeniusError && thrown.message.length > 10) return undefined;
    throw thrown;
  }
}

const field = fc.oneof(
  fc.constantFrom("trials", "maxParams", "maxMacs", "space", "json", "seed"),
  fc.string(),
);
const value = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.jsonValue());
const tomlValue = fc.oneof(
  fc.jsonValue().map((json) => JSON.stringify(json)),
  fc.constantFrom("2026-01-01", "inf", "nan", "'x'", "[[1]]", "0x1f", "1_000", '"""a'),
);
const toml = fc
  .array(fc.tuple(field, tomlValue))
  .map((pairs) => pairs.map(([name, given]) => `${name} = ${given}`).join("\n"));

describe("settings files", { timeout: fuzzTimeout(3) }, () => {
  const read = async (name: string, content: string | Uint8Array) => {
    const path = join(root, name);
    writeFileSync(path, content);
    const settings = await orGeniusError(() => readSettingsFile(path));
    for (const setting of Object.values(settings ?? {})) expect(typeof setting).toMatch(/^(string|boolean)$/);
    return settings;
  };

  test("of any content are settings of texts and switches, or refused", async () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json(),
      fc.dictionary(field, value).map((settings) => JSON.stringify(settings)),
      toml,
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom("f.json", "f.toml", "f"), async (text, name) => {
        await read(name, text);
      }),
      fuzzEffort(1000),
    );
  });

  test("say the same in TOML as in JSON", async () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/);
    const plain = fc.oneof(
      fc.string({ unit: "grapheme-ascii" }),
      fc.boolean(),
      fc.integer({ min: -1e9, max: 1e9 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.tuple(name, plain), { selector: ([key]) => key }), async (pairs) => {
        const json = await read("same.json", JSON.stringify(Object.fromEntries(pairs)));
        const lines = pairs.map(([key, given]) => `${key} = ${JSON.stringify(given)}`);
        expect(await read("same.toml", lines.join("\n"))).toEqual(json);
      }),
      fuzzEffort(300),
    );
  });

  test("with what a flag does not allow are refused by the same words as the flag", async () => {
    const known = await flagsOf(searchSettings);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(field, fc.oneof(fc.string(), fc.boolean())), async (settings) => {
        await orGeniusError(() => checkFlags(searchSettings, coerce(settings, known)));
      }),
      fuzzEffort(1000),
    );
  });
});

test("settings files in TOML hold what they say, and a mistake is shown with its line", async () => {
  const path = join(root, "mine.toml");
  writeFileSync(path, '# a first search\ntrials = 50\nmaxParams = "20k"\njson = true\nlearningRate = 0.1\n');
  expect(await readSettingsFile(path)).toEqual({
    trials: "50",
    maxParams: "20k",
    json: true,
    learningRate: "0.1",
  });
  writeFileSync(path, "trials = 50\nmaxParams = 20k\n");
  await expect(readSettingsFile(path)).rejects.toThrow(/mine\.toml is not TOML[\s\S]*maxParams = 20k/);
  writeFileSync(path, "[search]\ntrials = 50\n");
  await expect(readSettingsFile(path)).rejects.toThrow(/"search" must be/);
});

test("command lines of any words are read or refused", { timeout: fuzzTimeout() }, async () => {
  const flags = await flagsOf(z.object({ json: z.boolean().optional(), trials: z.number().optional() }));
  const word = fc.oneof(
    fc.constantFrom("--trials", "--json", "--json=false", "--", "-x", "--trials="),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 8 }), async (words) => {
      await orGeniusError(() => coerce(parseArguments(words, ["json"]).values, flags));
    }),
    fuzzEffort(2000),
  );
});

describe("counts", { timeout: fuzzTimeout(2) }, () => {
  test("are whole numbers, or refused", () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[ 0-9.,kKmMgGeE+-]{1,12}$/),
      fc.double().map(String),
      fc.bigInt().map(String),
    );
    return fc.assert(
      fc.asyncProperty(text, async (given) => {
        const count = await orGeniusError(() => parseCount(given));
        if (count !== undefined) expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }),
      fuzzEffort(3000),
    );
  });

  test("that people are shown read back as about the same", () => {
    fc.assert(
      fc.property(fc.nat(), (count) => {
        expect(Math.abs(parseCount(formatCount(count)) - count)).toBeLessThanOrEqual(0.006 * count);
      }),
      fuzzEffort(3000),
    );
    expect(["20k", "5M", "1.5G", ".5k", " 7 "].map(parseCount)).toEqual([20_000, 5e6, 1.5e9, 500, 7]);
  });
});

describe("choices", { timeout: fuzzTimeout(Object.keys(spaces).length) }, async () => {
  for (const name of Object.keys(spaces)) {
    const space = await openSpace(name);
    test(`of any text are a design of ${name}, or refused`, async () => {
      const text = fc.oneof(
        fc.string(),
        fc.array(fc.integer({ min: -9, max: 300 })).map(String),
        fc.stringMatching(/^[0-9, [\]|~+a-z_-]{1,60}$/),
      );
      await fc.assert(
        fc.asyncProperty(text, async (given) => {
          const choices = await orGeniusError(() => parseChoices(space, given));
          for (const [index, choice] of (choices ?? []).entries())
            expect(space.decisions[index]?.options[choice]).toBeDefined();
        }),
        fuzzEffort(500),
      );
    });
  }
});

describe("members", { timeout: fuzzTimeout(2) }, () => {
  test("that a script hands over are definitions, or refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: true, withBigInt: true }), async (given) => {
        if (typeof given === "string") return;
        expect(await orGeniusError(() => loadSpace(given as never))).toBeUndefined();
        expect(await orGeniusError(() => loadStrategy(given as never))).toBeUndefined();
      }),
      fuzzEffort(1000),
    );
  });

  test("of a file with any content are definitions, or refused with the file's name", async () => {
    let count = 0;
    // Nothing that could run: values, and texts that are no program.
    const content = fc.oneof(
      fc.json().map((json) => `export default ${json};`),
      fc.json().map((json) => `export default { name: "x", options: ${json}, create() {} };`),
      fc.string().map((text) => `) ${text}`),
      fc.constantFrom(
        "",
        "export const x = 1;",
        'throw new TypeError("mine");',
        "throw null;",
        "\u0000\u0001",
      ),
    );
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        count += 1;
        const path = join(root, `member-${count}.mjs`);
        writeFileSync(path, text);
        await expect(loadSpace(path)).rejects.toThrow(new RegExp(`member-${count}\\.mjs`));
        await expect(loadSpace(path)).rejects.toBeInstanceOf(GeniusError);
      }),
      { ...fuzzEffort(60), numRuns: 300 },
    );
  });
});
