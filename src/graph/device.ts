// A device that a network shall run on: how much memory it has, and how fast published measurements say it is. What it
// gives are a search's limits and a predicted latency, which is never a measured one.

export interface Device {
  readonly name: string;
  readonly label: string;
  readonly core: string;
  readonly clockMhz: number;
  readonly vectorUnit: string;
  /** Of all the device's memory, or of its largest piece. */
  readonly ramBytes: number;
  readonly flashBytes: number;
  readonly note?: string;
  readonly speed?: DeviceSpeed;
  readonly energy?: DeviceEnergy;
}

/** What published measurements say of the energy of an inference. */
export interface DeviceEnergy {
  /** Multiply–accumulates for a microjoule, of 8-bit networks: the geometric mean over the networks that were measured. */
  readonly macsPerMicrojoule: number;
  /** As that of a speed. */
  readonly errorFactor?: number;
  readonly networkCount: number;
  readonly runtime: string;
  /** When it was measured. */
  readonly date: string;
  readonly source: string;
}

export interface DeviceSpeed {
  /** Multiply–accumulates a second of 8-bit networks: the geometric mean over the networks that were measured. */
  readonly macsPerSecond: number;
  /**
   * How far a prediction can be off: the largest factor, either way, by which the measured networks' latencies differ from
   * what the others predict. Absent where only one network was measured.
   */
  readonly errorFactor?: number;
  readonly networkCount: number;
  readonly runtime: string;
  /** When it was measured. */
  readonly date: string;
  readonly source: string;
}

/** What is left for stack, runtime and the rest of the program: an eighth of RAM and of flash. */
export const reserve01 = 1 / 8;

/** The limits that a device sets. */
export function deviceLimits({ ramBytes, flashBytes }: Pick<Device, "ramBytes" | "flashBytes">) {
  const usable = (bytes: number) => Math.floor(bytes * (1 - reserve01));
  return { maxRamBytes: usable(ramBytes), maxFlashBytes: usable(flashBytes), precision: "int8" } as const;
}

/** The speed that measurements of networks tell; undefined without any. */
export function speedOf(
  measured: readonly { readonly macCount: number; readonly milliseconds: number }[],
): Pick<DeviceSpeed, "macsPerSecond" | "errorFactor" | "networkCount"> | undefined {
  const found = rateOf(measured.map(({ macCount, milliseconds }) => (1000 * macCount) / milliseconds));
  return found && { macsPerSecond: found.rate, ...found.trust };
}

/** The energy that measurements of networks tell; undefined without any. */
export function energyOf(
  measured: readonly { readonly macCount: number; readonly microjoules: number }[],
): Pick<DeviceEnergy, "macsPerMicrojoule" | "errorFactor" | "networkCount"> | undefined {
  const found = rateOf(measured.map(({ macCount, microjoules }) => macCount / microjoules));
  return found && { macsPerMicrojoule: found.rate, ...found.trust };
}

/** The geometric mean of MACs for one unit of something, and how far each is from the mean of the others. */
function rateOf(rates: readonly number[]) {
  if (rates.length === 0) return undefined;
  const logs = rates.map(Math.log);
  const sum = logs.reduce((total, log) => total + log, 0);
  const apart = logs.map((log) => Math.abs(log - (sum - log) / (logs.length - 1)));
  return {
    rate: Math.exp(sum / logs.length),
    trust: {
      ...(logs.length > 1 && { errorFactor: Math.exp(Math.max(...apart)) }),
      networkCount: logs.length,
    },
  };
}

/** In milliseconds, for one image; undefined where no speed was published. */
export function predictedLatencyMs({ speed }: Pick<Device, "speed">, macCount: number): number | undefined {
  return speed && (1000 * macCount) / speed.macsPerSecond;
}

/** In microjoules, for one image; undefined where no energy was published. */
export function predictedEnergyMicrojoules(
  { energy }: Pick<Device, "energy">,
  macCount: number,
): number | undefined {
  return energy && macCount / energy.macsPerMicrojoule;
}

/**
 * "about 62 ms on stm32f746 (predicted from MACs, off by up to ×1.4 on published networks)", and the energy behind it where
 * one was published; undefined where neither was.
 */
export function predictionInWords(
  device: Pick<Device, "name" | "speed" | "energy">,
  macCount: number,
): string | undefined {
  const { name, speed, energy } = device;
  const parts: string[] = [];
  const ms = predictedLatencyMs(device, macCount);
  if (ms !== undefined && speed !== undefined)
    parts.push(
      `about ${Number(ms.toPrecision(2))} ms on ${name} (predicted from MACs, ${errorInWords(speed)})`,
    );
  const microjoules = predictedEnergyMicrojoules(device, macCount);
  if (microjoules !== undefined && energy !== undefined)
    parts.push(
      `about ${energyInWords(microjoules)}${parts.length === 0 ? ` on ${name}` : ""} an image (predicted from MACs, ${errorInWords(energy)})`,
    );
  return parts.length === 0 ? undefined : parts.join("; ");
}

const errorInWords = ({ errorFactor }: Pick<DeviceSpeed, "errorFactor">) =>
  errorFactor === undefined
    ? "from one published network"
    : `off by up to ×${errorFactor.toFixed(1)} on published networks`;

const energyInWords = (microjoules: number) =>
  microjoules < 1000
    ? `${Number(microjoules.toPrecision(2))} µJ`
    : `${Number((microjoules / 1000).toPrecision(2))} mJ`;

/** The same for a device as a run's configuration keeps it; undefined where there is none. */
export function predictionFor(device: object | undefined, macCount: number): string | undefined {
  return device === undefined ? undefined : predictionInWords(device as Device, macCount);
}
