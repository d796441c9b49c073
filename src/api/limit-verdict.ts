// What a design, a network or a space is under limits: what it breaks and how fast it will be on a device, in words and for JSON.

import { GeniusError } from "../base/errors.ts";
import { createRandom, type Random } from "../base/random.ts";
import { counted } from "../base/units.ts";
import { loadDevice } from "../catalog/devices.ts";
import { tfliteRam } from "../deploy/tflite/promised.ts";
import {
  type Device,
  predictedEnergyMicrojoules,
  predictedLatencyMs,
  predictionInWords,
} from "../graph/device.ts";
import type { Network } from "../graph/network.ts";
import { ramInWords } from "../report/on-device.ts";
import { violationInWords } from "../report/violation-words.ts";
import { designCountOf } from "../search/constraints/cost-model.ts";
import { anyDesign, createDomain, reachOf, violationsOf } from "../search/constraints/create-domain.ts";
import type { Domain, Violation } from "../search/constraints/domain.ts";
import { limitsInWords } from "../search/constraints/limit-words.ts";
import { defaultPrecision, hasMemoryLimit, memoryViolations } from "../search/constraints/memory.ts";
import { allowedOf } from "../search/constraints/rule.ts";
import type { Limits, Space } from "../search/space.ts";
import type { LimitSettings } from "../study/limit-settings.ts";
import { type Cost, costOf } from "./cost.ts";
import { limitsOf } from "./limits.ts";

export interface Bounds {
  readonly limits: Limits;
  readonly device?: Device;
}

export interface Verdict {
  readonly words: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What is said of a network, and of the networks of a text. */
export interface Judge {
  verdictOf(counted: Cost): Verdict;
  verdictOfText(space: Space): Verdict;
  /** What files of a network take by their format, where memory matters. */
  filesOf(network: Network): Verdict;
}

/** @throws GeniusError as `limitsOf` does. */
export function judgeBy(settings: LimitSettings): Judge {
  const { device } = settings;
  return judgeWithin({
    limits: limitsOf(settings),
    ...(device !== undefined && { device: loadDevice(device) }),
  });
}

export function judgeWithin(bounds: Bounds): Judge {
  return {
    verdictOf: (counted) => verdictOf(counted, bounds),
    verdictOfText: (space) => verdictOfText(space, bounds),
    filesOf: (network) => filesOf(network, bounds),
  };
}

/** Of a network. */
function verdictOf(counted: Cost, { limits, device }: Bounds): Verdict {
  const broken = Object.keys(limits).length === 0 ? undefined : brokenBy(counted, limits);
  const predicted = device && predictedLatencyMs(device, counted.macCount);
  const energy = device && predictedEnergyMicrojoules(device, counted.macCount);
  const prediction = device && predictionInWords(device, counted.macCount);
  const verdict = broken?.length === 0 ? "within the limits" : broken?.map(violationInWords).join("; ");
  return {
    words: [verdict, prediction].filter((words) => words !== undefined),
    facts: {
      ...(broken !== undefined && { violations: broken }),
      ...(predicted !== undefined && { predictedLatencyMs: predicted }),
      ...(energy !== undefined && { predictedEnergyMicrojoules: energy }),
    },
  };
}

function filesOf(network: Network, { limits, device }: Bounds): Verdict {
  if (device === undefined && !hasMemoryLimit(limits)) return { words: [], facts: {} };
  const { precision = defaultPrecision } = limits;
  const ram = tfliteRam(network, precision);
  return { words: [ramInWords(network, precision)], facts: ram === undefined ? {} : { tfliteRamBytes: ram } };
}

function brokenBy(counted: Cost, limits: Limits): readonly Violation[] {
  const { precision = defaultPrecision } = limits;
  const memory = { ramBytes: counted.ramBytes[precision], flashBytes: counted.flashBytes[precision] };
  return [...violationsOf(counted, limits), ...memoryViolations(memory, limits)];
}

/** Designs that are looked at one by one; memory is planned for each. */
const listed = { byCosts: 20_000, byMemory: 500 };
const drawnDesigns = 300;

/** Of a text: of its network, or of how many of its designs. */
function verdictOfText(space: Space, bounds: Bounds): Verdict {
  if (space.decisions.length === 0) return verdictOf(costOf(space.decode([])), bounds);
  const { limits, device } = bounds;
  const words: string[] = [];
  const facts: Record<string, unknown> = {};
  if (Object.keys(limits).length > 0) {
    const inside = insideOf(space, limits);
    const { designs, of, drawn } = inside;
    const which = drawn ? `${counted(of, "design")} drawn at random` : counted(of, "design");
    const is = designs === 1 ? "is" : "are";
    const rare = inside.rare === true ? "; there are such designs, and they are rare" : "";
    words.push(
      `${designs === 0 ? "none" : designs} of ${which} ${is} within the limits: ${limitsInWords(limits).join(", ")}${rare}`,
    );
    facts.inside = inside;
  }
  const reach = device?.speed && reachOf(space);
  if (device !== undefined && reach !== undefined) {
    const { minMacCount, maxMacCount } = reach;
    words.push(
      `the design of fewest MACs: ${predictionInWords(device, minMacCount)}`,
      `the design of most MACs: ${predictionInWords(device, maxMacCount)}`,
    );
    const [min, max] = [minMacCount, maxMacCount].map((count) => predictedLatencyMs(device, count));
    facts.predictedLatencyMs = { min, max };
  }
  return { words, facts };
}

/** Whether a design within the limits is found at all. */
function hasOne(domain: Domain, random: Random): boolean {
  try {
    return domain.sample(random) !== undefined;
  } catch (thrown) {
    if (thrown instanceof GeniusError) return false;
    throw thrown;
  }
}

interface Inside {
  readonly designs: number;
  readonly of: number;
  /** Whether those were drawn, and not all looked at. */
  readonly drawn: boolean;
  /** None was drawn, and there are some. */
  readonly rare?: true;
}

/** How many designs keep the limits: of all, or in a large space of some that are drawn. */
function insideOf(space: Space, limits: Limits): Inside {
  const domain = createDomain(space, limits);
  const all = designCountOf(space);
  if (all <= (hasMemoryLimit(limits) ? listed.byMemory : listed.byCosts))
    return { designs: allowedOf(domain).length, of: all, drawn: false };
  const random = createRandom(1, "designs within limits");
  const drawn = Array.from({ length: drawnDesigns }, () => anyDesign(space, random));
  const designs = drawn.filter((choices) => domain.isFeasible(choices)).length;
  const rare = designs === 0 && hasOne(domain, random);
  return { designs, of: drawnDesigns, drawn: true, ...(rare && { rare: true as const }) };
}
