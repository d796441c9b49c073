// Whatever stands in a text: the answer is a network or a space, or an error of ours with a place, in bounded time and memory.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import { inferShapes } from "../graph/shapes.ts";
import { fuzzEffort, fuzzTimeout } from "../testing/fuzz.ts";
import { maxNodes } from "./elaborate.ts";
import { readNetwork } from "./read.ts";
import { spaceOfText } from "./space.ts";
import { layerWords, mergeWords } from "./words.ts";

const words = [
  ...Object.keys(layerWords),
  ...Object.keys(mergeWords),
  ...[
    "residual",
    "choose",
    "else",
    "in",
    "block",
    "input",
    "name",
    "normmacs",
    "classes",
    "a",
    "b",
    "c",
    "s",
  ],
  ...[
    "3",
    "0",
    "16",
    "1e9",
    "0.5",
    "3x1",
    "3x32x32",
    "k3",
    "s2",
    "x3",
    "x0",
    "x1000",
    "p0",
    "g2",
    "bias",
    "c4",
  ],
  ...["(", ")", "{", "}", "|", ",", "=", ":", "*", "/", "+", "-", "~", "#", "\n", "\n  ", "\t", ""],
];
const jumble = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(" "));

const whole = `input 3x16x16
w = {8|16}
block b c s=1: residual(conv c k3 s norm relu conv c k3 norm else conv c s norm) relu
y = conv w k{3|5} norm
b w add(in, y) concat(in, y maxpool 3 s1) {relu|in|conv 8 norm} x{1|2}
mul(in, globalpool conv in/2~4 bias relu conv in bias sigmoid) choose 1 {gelu|silu}
globalpool flatten linear classes
`;
/** A text that is right but for a few places. */
const damaged = fc
  .array(fc.tuple(fc.nat(whole.length), fc.nat(12), fc.oneof(fc.constantFrom(...words), fc.string())), {
    maxLength: 4,
  })
  .map((changes) =>
    changes.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), whole),
  );
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), jumble, damaged);

/** What the action gives, or undefined for an error of ours; anything else that is thrown is a crash. */
function orFault<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (thrown) {
    if (!(thrown instanceof GeniusError) || thrown.code !== "bad-file") throw thrown;
    expect(thrown.message).toMatch(/^t\.txt: ?/);
    return undefined;
  }
}

describe("texts of any content", { timeout: fuzzTimeout(2) }, () => {
  test("are networks whose shapes fit, or refused with the place", () => {
    fc.assert(
      fc.property(text, (given) => {
        const network = orFault(() => readNetwork(given, { source: "t.txt", input: [3, 16, 16] }));
        if (network === undefined) return;
        expect(network.nodes.length).toBeLessThanOrEqual(maxNodes);
        inferShapes(network.nodes);
        for (const { id } of network.nodes) expect(id).toMatch(/^[A-Za-z_][A-Za-z0-9_.]*$/);
      }),
      fuzzEffort(4000),
    );
  });

  test("are spaces all of whose designs are networks, or refused with the place", () => {
    fc.assert(
      fc.property(damaged, fc.array(fc.nat(), { maxLength: 12 }), (given, draws) => {
        const definition = orFault(() => spaceOfText(given, "t.txt"));
        const options = definition?.options.safeParse({ imageSize: 16 });
        const space = orFault(() => definition?.create(options?.success ? options.data : {}));
        if (space === undefined) return;
        const choices = space.decisions.map(({ options: of }, index) => (draws[index] ?? 0) % of.length);
        inferShapes(space.decode(choices).nodes);
      }),
      fuzzEffort(300),
    );
  });
});
