// Windows that the exported C reads in several pieces: bit by bit what our interpreter computes, with sanitizers on.
import { expect, test } from "vitest";
import { conv } from "../../graph/blocks.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import { needsPrograms, sanitised, tryHeader } from "./fixtures/c-tools.ts";
import { deployed, headerOf } from "./fixtures/deployed.ts";

const gcc = needsPrograms("gcc");

test.skipIf(gcc.skip)(`pieces that end within a pixel, or lie wholly beside the map${gcc.why}`, async () => {
  const build = createNetworkBuilder("pieces", [2, 5, 6]);
  // 18 output channels: a whole block and a part. 70 channels: three pixels of padding are 210 numbers, more than a piece.
  let x = conv(build, "wide", "input", { outChannels: 70, kernel: 3, bias: true });
  x = conv(build, "large", x, { outChannels: 18, kernel: [7, 7], stride: [1, 2], bias: true });
  x = conv(build, "long", x, { outChannels: 50, kernel: [1, 5], padding: [2, 2], bias: true });
  x = build.add("flat", { kind: "flatten" }, x);
  build.add("classifier", { kind: "linear", outFeatures: 7, bias: true }, x);
  const { int8 } = await deployed(build.build());
  const { scores } = tryHeader(headerOf(int8!.program), int8!.pixels, sanitised);
  expect([...scores]).toEqual(int8!.scores);
  expect(new Set(scores).size).toBeGreaterThan(5);
});
