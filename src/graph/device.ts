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
  if (measured.length === 0) return undefined;
  const logs = measured.map(({ macCount, milliseconds }) => Math.log((1000 * macCount) / milliseconds));
  const sum = logs.reduce((total, log) => total + log, 0);
  const apart = logs.map((log) => Math.abs(log - (sum - log) / (logs.length - 1)));
  return {
    macsPerSecond: Math.exp(sum / logs.length),
    ...(logs.length > 1 && { errorFactor: Math.exp(Math.max(...apart)) }),
    networkCount: logs.length,
  };
}

/** In milliseconds, for one image; undefined where no speed was published. */
export function predictedLatencyMs({ speed }: Pick<Device, "speed">, macCount: number): number | undefined {
  return speed && (1000 * macCount) / speed.macsPerSecond;
}

/** "about 62 ms on stm32f746 (predicted from MACs; off by up to ×1.4 on published networks)". */
export function predictionInWords(
  device: Pick<Device, "name" | "speed">,
  macCount: number,
): string | undefined {
  const ms = predictedLatencyMs(device, macCount);
  if (ms === undefined) return undefined;
  const { errorFactor } = device.speed as DeviceSpeed;
  const error =
    errorFactor === undefined
      ? "from one published network"
      : `off by up to ×${errorFactor.toFixed(1)} on published networks`;
  return `about ${Number(ms.toPrecision(2))} ms on ${device.name} (predicted from MACs, ${error})`;
}

/** The same for a device as a run's configuration keeps it; undefined where there is none. */
export function predictionFor(device: object | undefined, macCount: number): string | undefined {
  return device === undefined ? undefined : predictionInWords(device as Device, macCount);
}
