import { expect, test } from "vitest";
import { progressWords } from "./progress-words.ts";

test("the time left is told once the pace is known, and a slow start is not in it", () => {
  let seconds = 0;
  const words = progressWords(() => 1000 * seconds);
  const at = (time: number, doneCount: number, stage = "reading") => {
    seconds = time;
    return words({ stage, doneCount, totalCount: 10_000 });
  };
  expect(at(3.5, 64)).toBe("reading 64 of 10,000 images");
  expect(at(4, 200)).toBeUndefined();
  // 2000 images in 2 seconds.
  expect(at(5.5, 2064)).toBe("reading 2,064 of 10,000 images, about 8 s left");
  expect(at(13, 64, "decoding")).toBe("decoding 64 of 10,000 images");
  expect(at(15, 1064, "decoding")).toBe("decoding 1,064 of 10,000 images, about 18 s left");
});
