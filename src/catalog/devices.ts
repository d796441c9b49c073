// Devices by name, from the dated file data/devices.json, and a person's own from a file of the same form.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { fileError, GeniusError, messageOf } from "../base/errors.ts";
import { unknownName } from "../base/nearest.ts";
import { isPath } from "../base/own-file.ts";
import { checkPlainly } from "../base/schema-words.ts";
import { formatBytes, formatCount } from "../base/units.ts";
import { type Device, energyOf, reserve01, speedOf } from "../graph/device.ts";

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

/** With what, when and by whom networks were measured. */
const told = { runtime: z.string(), date: z.string(), source: z.string() };

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
  speed: z.strictObject({ ...told, measured: z.array(measurement).min(1) }).optional(),
  energy: z
    .strictObject({
      ...told,
      measured: z
        .array(z.strictObject({ network: z.string(), macCount: macCount.optional(), microjoules: positive }))
        .min(1),
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
    throw badDevice(path, `it is not JSON (${messageOf(thrown)}).`, thrown);
  }
  const { data, fault } = checkPlainly(device, value);
  if (fault !== undefined) throw badDevice(path, `${fault.path.join(".") || "the file"}${fault.words}`);
  return deviceOf(data, path);
}

function badDevice(path: string, what: string, cause?: unknown): GeniusError {
  return new GeniusError(
    "bad-file",
    `The device ${path}: ${what} A device is written like {"name": "my-board", "ramKib": 256, "flashKib": 1024, "core": "Arm Cortex-M4", "clockMhz": 120}.`,
    { cause },
  );
}

function deviceOf(entry: DeviceEntry, from: string): Device {
  const { name, label = name, core, clockMhz = 0, vectorUnit, note, ramKib, flashKib } = entry;
  const macsOf = ({ network, macCount: own }: { network: string; macCount?: number | undefined }) => {
    const macs = own ?? deviceFile().networks.find((one) => one.name === network)?.macCount;
    if (macs === undefined) throw badDevice(from, `the measured network "${network}" needs its macCount.`);
    return macs;
  };
  const timed = entry.speed?.measured.map((one) => ({
    macCount: macsOf(one),
    milliseconds: one.milliseconds ?? 1000 / (one.inferencesPerSecond as number),
  }));
  const metered = entry.energy?.measured.map((one) => ({
    macCount: macsOf(one),
    microjoules: one.microjoules,
  }));
  const [speed, energy] = [speedOf(timed ?? []), energyOf(metered ?? [])];
  const toldOf = ({
    runtime = "",
    date = "",
    source = "",
  }: Partial<Record<keyof typeof told, string>> = {}) => ({
    ...{ runtime, date, source },
  });
  return {
    ...{ name, label, core, clockMhz, vectorUnit },
    ramBytes: Math.floor(1024 * ramKib),
    flashBytes: Math.floor(1024 * flashKib),
    ...(note !== undefined && { note }),
    ...(speed !== undefined && { speed: { ...speed, ...toldOf(entry.speed) } }),
    ...(energy !== undefined && { energy: { ...energy, ...toldOf(entry.energy) } }),
  };
}

/** For `genius list devices`. */
export function listDevices(): readonly { name: string; summary: string; source?: string }[] {
  const { devices } = deviceFile();
  return devices.map((entry) => {
    const made = deviceOf(entry, entry.name);
    const { label, core, clockMhz, vectorUnit, ramBytes, flashBytes, note, speed, energy } = made;
    const vector = vectorUnit === "none" ? "no vector unit" : `vector unit: ${vectorUnit}`;
    const fast =
      speed === undefined
        ? "no published speed"
        : `${formatCount(speed.macsPerSecond)} MACs/s in int8 (${speed.runtime})`;
    const sparing =
      energy === undefined ? "" : `, ${formatCount(energy.macsPerMicrojoule)} MACs/µJ (${energy.runtime})`;
    const summary = `${label}: ${formatBytes(ramBytes)} RAM, ${formatBytes(flashBytes)} flash, ${core}, ${clockMhz} MHz, ${vector}, ${fast}${sparing}.${note === undefined ? "" : ` ${note}`}`;
    return { name: entry.name, summary, ...(entry.source !== undefined && { source: entry.source }) };
  });
}

/** What a search for a device is told of it. */
export function deviceInWords({ label, ramBytes, flashBytes, note }: Device): string {
  const share = `${Math.round(100 * (1 - reserve01) * 10) / 10} %`;
  return `${label}: ${formatBytes(ramBytes)} of RAM and ${formatBytes(flashBytes)} of flash, of which a network may take ${share}; the rest is for stack, runtime and program.${note === undefined ? "" : ` ${note}`}`;
}
