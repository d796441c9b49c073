// What reads many images: in order, and ended in the middle.
import sharp from "sharp";
import { expect, test } from "vitest";
import { openReaderPool } from "./reader-pool.ts";

const photograph = await sharp({
  create: { width: 2000, height: 1500, channels: 3, background: { r: 10, g: 200, b: 90 } },
})
  .png()
  .toBuffer();
const block = {
  records: Array.from({ length: 64 }, (_, index) => ({
    where: `${index}.png`,
    image: { kind: "encoded" as const, bytes: photograph },
  })),
};
const task = { target: { shape: [3, 16, 16] as const }, countsLevels: false };
async function* blocks() {
  for (let index = 0; index < 20; index += 1) yield block;
}

test.each([
  ["on threads", 10_000],
  ["in this one", 10],
])("aborted in the middle of a block %s, it waits for nothing that is under way", async (_, recordCount) => {
  const stop = new AbortController();
  const pool = await openReaderPool(recordCount, stop.signal);
  const reading = pool.read(blocks(), task).next();
  stop.abort();
  await expect(reading).rejects.toBe(stop.signal.reason);
  await pool.close();
});

test("without an end it gives every record", async () => {
  const pool = await openReaderPool(10_000, new AbortController().signal);
  async function* one() {
    yield { records: block.records.slice(0, 2) };
  }
  for await (const { read } of pool.read(one(), task))
    expect(read.looks.map(({ width, height }) => [width, height])).toEqual([
      [2000, 1500],
      [2000, 1500],
    ]);
  await pool.close();
});
