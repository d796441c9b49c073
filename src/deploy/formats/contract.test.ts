// Every format for devices follows its contract, whichever there are: it writes a network with a score for each class of each
// image, asks for ranges where it stores 8 bits and only there, and says how it is called.
import { describe, expect, test } from "vitest";
import { initialWeights } from "../../engine/index.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import type { DesignForDevice } from "../device-format.ts";
import { readmeOf } from "../readme.ts";
import { deviceFormats } from "./_formats.ts";

const builder = createNetworkBuilder("small", [3, 8, 6]);
builder.add(
  "conv",
  { kind: "conv", outChannels: 4, kernel: 3, stride: 2, padding: 1, groups: 1, bias: true },
  "input",
);
builder.add("relu", { kind: "activation", function: "relu" }, "conv");
builder.add("pool", { kind: "global-pool" }, "relu");
builder.add("flat", { kind: "flatten" }, "pool");
builder.add("scores", { kind: "linear", outFeatures: 5, bias: true }, "flat");
const network = builder.build();
const classNames = ["a", "b", "c", "d", "e"];
const images = [0, 100, 200].map((level) => new Uint8Array(3 * 8 * 6).fill(level));
const design: DesignForDevice = {
  network,
  weights: initialWeights(network.nodes, 1),
  normalisation: { mean01: [0.5, 0.5, 0.5], sd01: [0.25, 0.25, 0.25] },
  classNames,
  images,
  metadata: { network: "small" },
  rangesOf: (values) => new Map(values.map((value) => [value, [-4, 4]])),
  scoresOf: async () => images.map(() => Float32Array.of(1, 2, 3, 4, 5)),
};

describe.each(Object.entries(deviceFormats))("%s", (name, { file, precision, load }) => {
  test("writes the network, and what must come out of it", async () => {
    const { default: format } = await load();
    expect(format).toMatchObject({ name, file, precision });
    const { bytes, scores, scoreGrid } = await format.write(design);
    expect(bytes.length).toBeGreaterThan(100);
    expect(scores.map(({ length }) => length)).toEqual([5, 5, 5]);
    expect(scoreGrid === undefined || scores.every((one) => one instanceof Int8Array)).toBe(true);
  });

  test("needs measured ranges in 8 bits, and in floats none", async () => {
    const { default: format } = await load();
    const missing = new Error("no ranges");
    const written = format.write({
      ...design,
      rangesOf: () => {
        throw missing;
      },
    });
    if (precision === "int8") await expect(written).rejects.toBe(missing);
    else await expect(written).resolves.toBeDefined();
  });

  test("says how it is called, with the file's name in quotation marks", async () => {
    const { default: format } = await load();
    const text = readmeOf({
      ...{ file: 'my "own".file', format, network: "small", shape: [8, 6, 3], classNames },
      ...{ remarks: [], examples: "examples.json" },
    });
    expect(text).toContain(`as ${format.summary}.`);
    expect(text).toContain(format.input([8, 6, 3]));
    expect(format.python.open('"my.file"')).toContain('"my.file"');
    expect(text).toContain(format.python.open('"my \\"own\\".file"'));
    expect(text).toContain(`scores, expected = ${format.python.scores}[0]`);
  });
});

test("no two share a file's name", () => {
  const files = Object.values(deviceFormats).map(({ file }) => file);
  expect(new Set(files).size).toBe(files.length);
});
