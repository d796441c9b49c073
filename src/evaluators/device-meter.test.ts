// A measuring command that answers, hangs, fails, prints nonsense or is stopped.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { classifier, conv } from "../graph/blocks.ts";
import { createNetworkBuilder } from "../graph/network.ts";
import { createDeviceMeter, readMilliseconds } from "./device-meter.ts";

const build = createNetworkBuilder("net", [1, 4, 4]);
classifier(build, conv(build, "conv", "input", { outChannels: 2, kernel: 3 }), 3);
const network = build.build();

const run = (
  command: string,
  more: { repeats?: number; timeLimitMs?: number; signal?: AbortSignal } = {},
) => {
  const { repeats = 1, timeLimitMs = 20_000, signal = new AbortController().signal } = more;
  return createDeviceMeter({ command, repeats, timeLimitMs }).measure(network, signal);
};

test.each([
  ["12.5", 12.5],
  ["warming up\n3 ms\n", 3],
  ["1e-2ms", 0.01],
  ['{"medianMs": 4.25, "p90Ms": 6}', 4.25],
  ["", undefined],
  ["0", undefined],
  ["-3", undefined],
  ["NaN", undefined],
  ["12.5 s", undefined],
  ["took 12 ms", undefined],
  ['{"medianMs": "fast"}', undefined],
])("%j is %s ms", (printed, latencyMs) => {
  expect(readMilliseconds(printed)).toBe(latencyMs);
});

test("the model file is there while the command runs, starts as an ONNX file does, and is gone afterwards", async () => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("genius-measure-")).length;
  const before = left();
  // The first byte of a model is the tag of its version, 0x08.
  expect(await run("head -c 1 {model} | od -An -tu1")).toEqual({ kind: "measured", latencyMs: 8 });
  expect(left()).toBe(before);
});

test("the median of the repeats counts, and a network is measured once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "meter-"));
  const calls = join(folder, "calls");
  // It prints 30, 10, 20 and so on: as many tens as the place of its call says.
  const command = `echo x >> ${calls}; case $(($(wc -l < ${calls}) % 3)) in 1) echo 30;; 2) echo 10;; *) echo 20;; esac`;
  const meter = createDeviceMeter({ command, repeats: 3, timeLimitMs: 20_000 });
  const { signal } = new AbortController();
  const ends = await Promise.all([meter.measure(network, signal), meter.measure(network, signal)]);
  expect(ends).toEqual([0, 1].map(() => ({ kind: "measured", latencyMs: 20 })));
  expect(readFileSync(calls, "utf8")).toBe("x\n".repeat(3));
  rmSync(folder, { recursive: true });
});

test.each([
  ["exit 3", /`exit 3` ended with exit code 3\./],
  ["echo no route to host >&2; exit 255", /exit code 255 \(no route to host\)/],
  ["echo fast", /printed "fast"; its last line must be the latency in milliseconds/],
  ["true", /printed nothing/],
  ["kill -9 $$", /was ended by SIGKILL/],
  ["surely-no-such-program", /exit code 127/],
])("%s fails with a reason", async (command, words) => {
  const end = await run(command);
  expect(end.kind).toBe("failed");
  expect((end as { detail: string }).detail).toMatch(words);
});

test("one that hangs is ended with all that it started", async () => {
  const end = await run("sleep 600 & sleep 600", { timeLimitMs: 200 });
  expect(end).toEqual({ kind: "failed", detail: expect.stringContaining("gave no answer within 0.2 s") });
});

test("one that is stopped is cancelled", async () => {
  const controller = new AbortController();
  const end = run("sleep 600", { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  expect(await end).toEqual({ kind: "cancelled" });
});
