import { expect, test } from "vitest";
import { z } from "zod";
import { defineSpace } from "../search/space.ts";
import mobile from "../search/spaces/mobile.ts";
import { tinySpace } from "../testing/tiny-space.ts";
import { fitSpace } from "./fit-space.ts";

const photos = { imageSize: [48, 64], channels: 3, classCount: 5 } as const;
const squareOnly = defineSpace({
  name: "square-only",
  summary: "A space as people wrote them before.",
  source: "this test",
  options: z.object({ imageSize: z.int().min(8), channels: z.int(), classCount: z.int() }),
  // A space in JavaScript passes on what it gets.
  fit: (images) => images as { imageSize: number; channels: number; classCount: number },
  create: () => tinySpace,
});

test("a space that takes height and width gets both; one that takes a number gets squares, and it is said", () => {
  const said: string[] = [];
  const onProgress = (text: string) => said.push(text);
  expect(fitSpace(mobile, photos, { onProgress })).toMatchObject(photos);
  expect(said).toEqual([]);
  expect(fitSpace(squareOnly, photos, { onProgress })).toEqual({ ...photos, imageSize: 48 });
  expect(said).toEqual([
    "The space square-only takes square images only: those of 48×64 are cropped to 48×48.",
  ]);
});
