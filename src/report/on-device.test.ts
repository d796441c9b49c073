// What a run says of the device that its network is for.
import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { formatBytes } from "../base/units.ts";
import { loadDevice } from "../catalog/devices.ts";
import { tfliteRam } from "../deploy/tflite/promised.ts";
import { networkArena } from "../graph/arena.ts";
import { networkOf } from "../search/proposed-network.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { exampleRun, space } from "./fixtures/run.ts";
import { onDeviceInWords } from "./on-device.ts";
import { runMarkdown } from "./run-markdown.ts";

const given = exampleRun();

function asked(more: Partial<StudyConfig>) {
  const { header } = given.record;
  return { ...given.record, header: { ...header, config: { ...header.config, ...more } } };
}

test("predictions with their error, and RAM by format", () => {
  const device = loadDevice("stm32u575") as unknown as JsonObject;
  const record = asked({ device, limits: { maxRamBytes: 1e6, precision: "int8" } });
  const [prediction, ram] = onDeviceInWords(record, space);
  expect(prediction).toMatch(
    /^About \d+ ms on stm32u575 \(predicted from MACs, off by up to ×1\.\d on published networks\); about \d+ mJ an image \(/,
  );
  const network = networkOf(space, record.selected!.proposal);
  const promised = tfliteRam(network, "int8")!;
  for (const bytes of [networkArena(network, "int8").bytes, promised.interpreter, promised.micro])
    expect(ram).toContain(formatBytes(bytes));
  expect(runMarkdown({ ...given, record })).toContain("**What does it need on the device?** About ");
});

test("a device of no published speed says so, and a run for no device nothing", () => {
  const device = loadDevice("stm32f411") as unknown as JsonObject;
  expect(onDeviceInWords(asked({ device }), space)[0]).toBe(
    "No latency is predicted for stm32f411: no speed of it is published",
  );
  expect(onDeviceInWords(asked({ limits: { maxParamCount: 5 } }), space)).toEqual([]);
  expect(onDeviceInWords(asked({ limits: { maxFlashBytes: 5e6 } }), space)).toHaveLength(1);
  expect(runMarkdown(given)).not.toContain("on the device");
});
