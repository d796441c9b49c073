// Sizes of memory, whose k is 1024, and figures with their units on a page.
import { expect, test } from "vitest";
import { formatBytes, parseBytes, withUnitsHeld } from "./units.ts";

test.each([
  ["262144", 262_144],
  ["256k", 262_144],
  ["256 KB", 262_144],
  ["256KiB", 262_144],
  ["1M", 1_048_576],
  ["1.5MiB", 1_572_864],
  [".5k", 512],
])("%s is %i bytes", (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each(["", "k", "-1", "1e3", "256kk", "256 kBits", "lots"])("%j is refused", (text) => {
  expect(() => parseBytes(text)).toThrow(/is not a size of memory\. Write bytes, 256k/);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [16_793, "16.4 KiB"],
  [286_720, "280 KiB"],
  [1_572_864, "1.5 MiB"],
])("%i bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test("no line of a page ends between a figure and its unit, and text that is no figure stays as it is", () => {
  const shown = (text: string) => withUnitsHeld(text).replaceAll("\u00a0", "_");
  expect(shown("93.13 % in 9 min 57 s, 0.24 ms, 120 KiB")).toBe("93.13_% in 9_min_57_s, 0.24_ms, 120_KiB");
  expect(shown("5 samples of 3 hosts, --seed 1 --space s")).toBe("5 samples of 3 hosts, --seed 1 --space s");
});
