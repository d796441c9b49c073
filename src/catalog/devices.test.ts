// The file of devices: its form, the figures that follow from it, and a person's own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { networkCost } from "../graph/cost.ts";
import {
  deviceLimits,
  energyOf,
  predictedEnergyMicrojoules,
  predictedLatencyMs,
  predictionInWords,
  speedOf,
} from "../graph/device.ts";
import dsCnn from "../search/references/ds-cnn.ts";
import mobileNet from "../search/references/mobilenet-v1.ts";
import resNet8 from "../search/references/resnet-8.ts";
import { deviceFile, listDevices, loadDevice } from "./devices.ts";

const folder = mkdtempSync(join(tmpdir(), "genius-devices-"));
afterAll(() => rmSync(folder, { recursive: true }));
const own = (content: unknown, name = "mine.json") => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

test("each device has a source, and each speed where it was measured", () => {
  const { asOf, devices } = deviceFile();
  expect(asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(new Set(devices.map(({ name }) => name)).size).toBe(devices.length);
  for (const { name, source, speed } of devices) {
    expect(source, name).toMatch(/^https:/);
    if (speed !== undefined) expect(speed.source, name).toMatch(/^https:/);
    expect(loadDevice(name).ramBytes).toBeGreaterThan(0);
  }
  expect(listDevices().map(({ name }) => name)).toContain("stm32f746");
});

test("the MACs of the measured networks are those of our references", () => {
  const macs = (network: string) => deviceFile().networks.find(({ name }) => name === network)?.macCount ?? 0;
  const ours = {
    "resnet-8": resNet8.build({ input: [3, 32, 32], classCount: 10, width: 1 }),
    "ds-cnn": dsCnn.build({ input: [1, 49, 10], classCount: 12, width: 1 }),
    "mobilenet-v1-0.25-96": mobileNet.build({ input: [3, 96, 96], classCount: 2, width: 0.25 }),
    "person-detection": mobileNet.build({ input: [1, 96, 96], classCount: 3, width: 0.25 }),
  };
  for (const [name, network] of Object.entries(ours))
    expect(Math.abs(networkCost(network).macCount / macs(name) - 1), name).toBeLessThan(0.01);
});

describe("a predicted latency", () => {
  it("is exact for networks that were measured alike, and says how far off it was for others", () => {
    const even = speedOf([
      { macCount: 1e6, milliseconds: 10 },
      { macCount: 2e6, milliseconds: 20 },
    ]);
    expect(even?.macsPerSecond).toBeCloseTo(1e8);
    expect(even?.errorFactor).toBeCloseTo(1);
    // One network at 1e8 MACs a second and one at 4e8: each is off by four if predicted from the other.
    const uneven = speedOf([
      { macCount: 1e6, milliseconds: 10 },
      { macCount: 4e6, milliseconds: 10 },
    ]);
    expect(uneven?.macsPerSecond).toBeCloseTo(2e8);
    expect(uneven?.errorFactor).toBeCloseTo(4);
    expect(speedOf([{ macCount: 1e6, milliseconds: 10 }])?.errorFactor).toBeUndefined();
    expect(speedOf([])).toBeUndefined();
  });

  it("of ResNet-8 on the STM32F746 is within the stated factor of the 61.6 ms of MLPerf Tiny", () => {
    const device = loadDevice("STM32F746");
    const ms = predictedLatencyMs(device, 12_501_632)!;
    const factor = Math.max(ms / 61.57, 61.57 / ms);
    expect(factor).toBeGreaterThan(1);
    expect(factor).toBeLessThanOrEqual(device.speed!.errorFactor!);
    expect(predictionInWords(device, 12_501_632)).toMatch(
      /^about \d+ ms on stm32f746 \(predicted from MACs, off by up to ×1\.\d on published networks\)$/,
    );
    expect(predictedLatencyMs(loadDevice("stm32f411"), 1e6)).toBeUndefined();
  });
});

describe("a predicted energy", () => {
  it("of ResNet-8 on the STM32U575 is within the stated factor of the 3.4 mJ of MLPerf Tiny", () => {
    const device = loadDevice("stm32u575");
    const microjoules = predictedEnergyMicrojoules(device, 12_501_632)!;
    const factor = Math.max(microjoules / 3383.822, 3383.822 / microjoules);
    expect(factor).toBeGreaterThan(1);
    expect(factor).toBeLessThanOrEqual(device.energy!.errorFactor!);
    expect(predictionInWords(device, 12_501_632)).toMatch(
      /^about \d+ ms on stm32u575 \(.*\); about \d\.?\d* mJ an image \(predicted from MACs, off by up to ×1\.\d on published networks\)$/,
    );
  });

  it("is not said where none was published, and is exact for one network", () => {
    expect(predictedEnergyMicrojoules(loadDevice("stm32f746"), 1e6)).toBeUndefined();
    const energy = energyOf([{ macCount: 1000, microjoules: 10 }])!;
    expect(energy).toEqual({ macsPerMicrojoule: expect.closeTo(100), networkCount: 1 });
    const told = { ...energy, runtime: "mine", date: "2026", source: "bench" };
    expect(predictionInWords({ name: "board", energy: told }, 5000)).toBe(
      "about 50 µJ on board an image (predicted from MACs, from one published network)",
    );
  });
});

test("a device's limits leave an eighth of its memory", () => {
  expect(deviceLimits(loadDevice("stm32f746"))).toEqual({
    maxRamBytes: 280 * 1024,
    maxFlashBytes: 896 * 1024,
    precision: "int8",
  });
});

describe("a device of one's own", () => {
  it("is read, with a speed of networks that are known or bring their MACs", () => {
    const measured = [
      { network: "resnet-8", milliseconds: 125.01632 },
      { network: "mine", macCount: 2e6, inferencesPerSecond: 50 },
    ];
    const speed = { runtime: "mine", date: "2026-11", source: "my bench", measured };
    const device = loadDevice(own({ name: "board", ramKib: 128, flashKib: 512, speed }));
    expect(device).toMatchObject({ name: "board", label: "board", ramBytes: 131_072, flashBytes: 524_288 });
    expect(device.speed?.macsPerSecond).toBeCloseTo(1e8);
    expect(device.speed?.networkCount).toBe(2);
  });

  it.each([
    ["{", /it is not JSON/],
    ["[]", /the file must be an object; \[\] was given\..*like \{"name": "my-board"/],
    [{ name: "board", flashKib: 1 }, /ramKib is needed\./],
    [{ name: "board", ramKib: -4, flashKib: 1 }, /ramKib must be above 0; -4 was given\./],
    [
      { name: "board", ramKb: 4, flashKib: 1 },
      /the file has the unknown field "ramKb"\. Did you mean "ramKib"\?/,
    ],
    [{ name: "my board", ramKib: 4, flashKib: 1 }, /name: letters, digits/],
    [
      { name: "board", ramKib: 4, flashKib: 1, ram: 3 },
      /the file has the unknown field "ram"\. .* Known are name, /,
    ],
    [
      {
        ...{ name: "board", ramKib: 4, flashKib: 1 },
        speed: { runtime: "a", date: "b", source: "c", measured: [{ network: "mine", milliseconds: 3 }] },
      },
      /the measured network "mine" needs its macCount/,
    ],
    [
      {
        ...{ name: "board", ramKib: 4, flashKib: 1 },
        speed: { runtime: "a", date: "b", source: "c", measured: [{ network: "resnet-8" }] },
      },
      /speed\.measured\.0: needs milliseconds or inferencesPerSecond/,
    ],
  ])("that says something else is refused: %j", (content, message) => {
    expect(() => loadDevice(own(content))).toThrow(message);
  });

  it("that is not there, or not known, is told by its name", () => {
    expect(() => loadDevice(join(folder, "none.json"))).toThrow(/none\.json/);
    expect(() => loadDevice("stm32f764")).toThrow(
      /There is no device "stm32f764"\. Did you mean "stm32f746"\?/,
    );
  });
});
