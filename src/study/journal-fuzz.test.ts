// Journals as no one writes them: cut, doubled, swapped and spoilt lines of real ones, of both versions. Whatever comes, the
// reader gives a record or a GeniusError that names the line, and a repair gives a journal that can be read and has lost
// no line that was good. From a fixed seed; GENIUS_FUZZ_MINUTES runs it longer from a new one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import { fuzzEffort, fuzzTimeout } from "../testing/fuzz.ts";
import { parseRun } from "./journal.ts";
import { repaired } from "./repair.ts";

const fixtures = join(import.meta.dirname, "fixtures", "version-1");
const sources = ["table", "digits", "killed-and-resumed"].map((name) =>
  readFileSync(join(fixtures, `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n"),
);
const newer = sources.map((lines) => lines.map((line) => line.replace('"version":1', '"version":2')));

/** What may happen to one line. */
const spoil = fc.oneof(
  fc.record({ how: fc.constant("cut" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ how: fc.constant("double" as const), at: fc.constant(0) }),
  fc.record({ how: fc.constant("drop" as const), at: fc.constant(0) }),
  fc.record({ how: fc.constant("flip" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ how: fc.constant("glue" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ how: fc.constant("null" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

function spoilt(line: string, { how, at }: { readonly how: string; readonly at: number }): string[] {
  const place = Math.floor(at * line.length);
  switch (how) {
    case "cut":
      return [line.slice(0, place)];
    case "double":
      return [line, line];
    case "drop":
      return [];
    case "flip":
      return [
        line.slice(0, place) +
          String.fromCharCode((line.charCodeAt(place) || 32) ^ 1) +
          line.slice(place + 1),
      ];
    case "glue":
      return [line.slice(0, place) + line];
    default:
      return [line.replace(/:[\d.]+/g, (match, offset: number) => (offset >= place ? ":null" : match))];
  }
}

const journal = fc
  .record({
    lines: fc.constantFrom(...sources, ...newer),
    spoils: fc.array(fc.record({ index: fc.nat(20), spoil }), { maxLength: 4 }),
    swap: fc.option(fc.tuple(fc.nat(20), fc.nat(20))),
    end: fc.constantFrom("\n", "", "\n\n", "\n{", "\u0000"),
  })
  .map(({ lines, spoils, swap, end }) => {
    const changed: string[][] = lines.map((line) => [line]);
    for (const { index, spoil: how } of spoils) {
      const at = index % lines.length;
      changed[at] = changed[at]!.flatMap((line) => spoilt(line, how));
    }
    if (swap !== null) {
      const [a, b] = swap.map((index) => index % lines.length) as [number, number];
      [changed[a], changed[b]] = [changed[b]!, changed[a]!];
    }
    return { bytes: Buffer.from(changed.flat().join("\n") + end), whole: lines };
  });

test(
  "a spoilt journal is read, or refused with its line",
  () => {
    fc.assert(
      fc.property(journal, ({ bytes }) => {
        try {
          const { record } = parseRun(bytes, "journal.jsonl");
          const numbers = record.trials.map(({ number }) => number);
          expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
          expect(
            record.trials.every(({ outcome }) => outcome.kind !== "scored" || Number.isFinite(outcome.score)),
          ).toBe(true);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GeniusError);
          expect((thrown as Error).message).toMatch(/line \d+|holds no header|a journal of/);
        }
      }),
      fuzzEffort(500),
    );
  },
  fuzzTimeout(),
);

test(
  "a repaired journal is read without damage, and has every good line of the spoilt one",
  () => {
    fc.assert(
      fc.property(journal, ({ bytes, whole }) => {
        let result: ReturnType<typeof repaired>;
        try {
          result = repaired(bytes, "journal.jsonl");
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GeniusError);
          return;
        }
        const { text, state } = result;
        const { record, wholeBytes } = parseRun(Buffer.from(text), "journal.jsonl");
        expect(record.trials).toEqual(state.trials);
        expect(wholeBytes).toBe(Buffer.byteLength(text));
        expect(repaired(Buffer.from(text), "journal.jsonl").dropped).toEqual([]);
        const [ends, kept] = [bytes.toString().split("\n").slice(0, -1), new Set(text.split("\n"))];
        for (const line of whole.slice(1)) {
          // A line that stands whole in the file is kept, unless another of its number came first.
          if (!ends.includes(line) || kept.has(line)) continue;
          const { kind, trial } = JSON.parse(line) as { kind: string; trial?: { number: number } };
          expect(kind).toBe("trial");
          expect(record.rowOf.has(trial!.number)).toBe(true);
        }
      }),
      fuzzEffort(500),
    );
  },
  fuzzTimeout(),
);
