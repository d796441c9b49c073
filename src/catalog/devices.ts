// Devices by name, from the dated file data/devices.json, and a person's own from a file of the same form.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { fileError, GeniusError, messageOf } from "../base/errors.ts";
import { unknownName } from "../base/nearest.ts";
import { isPath } from "../base/own-file.ts";
import { formatBytes, formatCount } from "../base/units.ts";
import { type Device, reserve01, speedOf } from "../graph/device.ts";

const positive = z.number().positive();
const macCount = z.int().positive();

/** One measured network: of a name in the file, or with its own MACs. */
const measurement = z
  .strictObject({
    network: z.string(),
    macCount: macCount.optional(),
    milliseconds: positive.optional(),
    inferencesPerSecond: positive.optional(),
  })
  .refine(
    ({ milliseconds, inferencesPerSecond }) =>
      (milliseconds === undefined) !== (inferencesPerSecond === undefined),
    "needs milliseconds or inferencesPerSecond, one of the two",
  );

const device = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/i, "letters, digits, dots and hyphens"),
  label: z.string().optional(),
  core: z.string().default("unknown core"),
  clockMhz: positive.optional(),
  vectorUnit: z.string().default("unknown"),
  ramKib: positive,
  flashKib: positive,
  note: z.string().optional(),
  source: z.string().optional(),
  speed: z
    .strictObject({
      runtime: z.string(),
      date: z.string(),
      source: z.string(),
      measured: z.array(measurement).min(1),
    })
    .optional(),
});

const file = z.strictObject({
  asOf: z.string(),
  devices: z.array(device),
  networks: z.array(z.strictObject({ name: z.string(), macCount, words: z.string() })),
});

type DeviceEntry = z.output<typeof device>;
type DeviceFile = z.output<typeof file>;

const url = new URL("../../data/devices.json", import.meta.url);
let known: DeviceFile | undefined;

/** The package's file, as it is. */
export function deviceFile(): DeviceFile {
  known ??= file.parse(JSON.parse(readFileSync(url, "utf8")));
  return known;
}

/**
 * A device by its name, or from a person's own JSON file.
 * @throws GeniusError `unknown-name` for a name that is not known, `bad-file` for a file that says something else.
 */
export function loadDevice(given: string): Device {
  if (isPath(given) || given.endsWith(".json")) return ownDevice(given);
  const entry = deviceFile().devices.find(({ name }) => name === given.toLowerCase());
  if (entry === undefined) {
    throw unknownName(
      "device",
      given,
      deviceFile().devices.map(({ name }) => name),
    );
  }
  return deviceOf(entry, given);
}

/** Whether the package's file has it. */
export const isKnownDevice = (name: string): boolean =>
  deviceFile().devices.some((entry) => entry.name === name);

function ownDevice(path: string): Device {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8").replace(/^\ufeff/, ""));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw fileError(thrown, path, "read the device");
    throw badDevice(path, `it is not JSON (${messageOf(thrown)})`, thrown);
  }
  const parsed = device.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    throw badDevice(path, `${issue.path.join(".") || "the file"}: ${issue.message}`);
  }
  return deviceOf(parsed.data, path);
}

function badDevice(path: string, what: string, cause?: unknown): GeniusError {
  return new GeniusError(
    "bad-file",
    `The device ${path}: ${what}. It must be like {"name": "my-board", "ramKib": 256, "flashKib": 1024, "core": "Arm Cortex-M4", "clockMhz": 120}.`,
    { cause },
  );
}

function deviceOf(entry: DeviceEntry, from: string): Device {
  const { name, label = name, core, clockMhz = 0, vectorUnit, note, ramKib, flashKib } = entry;
  const measured = entry.speed?.measured.map(({ network, macCount: own, ...time }) => {
    const macs = own ?? deviceFile().networks.find((one) => one.name === network)?.macCount;
    if (macs === undefined) throw badDevice(from, `the measured network "${network}" needs its macCount`);
    return { macCount: macs, milliseconds: time.milliseconds ?? 1000 / (time.inferencesPerSecond as number) };
  });
  const speed = speedOf(measured ?? []);
  const { runtime = "", date = "", source = "" } = entry.speed ?? {};
  return {
    ...{ name, label, core, clockMhz, vectorUnit },
    ramBytes: Math.floor(1024 * ramKib),
    flashBytes: Math.floor(1024 * flashKib),
    ...(note !== undefined && { note }),
    ...(speed !== undefined && { speed: { ...speed, runtime, date, source } }),
  };
}

/** For `genius list devices`. */
export function listDevices(): readonly { name: string; summary: string; source?: string }[] {
  const { devices } = deviceFile();
  return devices.map((entry) => {
    const { label, core, clockMhz, vectorUnit, ramBytes, flashBytes, note, speed } = deviceOf(
      entry,
      entry.name,
    );
    const vector = vectorUnit === "none" ? "no vector unit" : `vector unit: ${vectorUnit}`;
    const fast =
      speed === undefined
        ? "no published speed"
        : `${formatCount(speed.macsPerSecond)} MACs/s in int8 (${speed.runtime})`;
    const summary = `${label}: ${formatBytes(ramBytes)} RAM, ${formatBytes(flashBytes)} flash, ${core}, ${clockMhz} MHz, ${vector}, ${fast}.${note === undefined ? "" : ` ${note}`}`;
    return { name: entry.name, summary, ...(entry.source !== undefined && { source: entry.source }) };
  });
}

/** What a search for a device is told of it. */
export function deviceInWords({ label, ramBytes, flashBytes, note }: Device): string {
  const share = `${Math.round(100 * (1 - reserve01) * 10) / 10} %`;
  return `${label}: ${formatBytes(ramBytes)} of RAM and ${formatBytes(flashBytes)} of flash, of which a network may take ${share}; the rest is for stack, runtime and program.${note === undefined ? "" : ` ${note}`}`;
}
