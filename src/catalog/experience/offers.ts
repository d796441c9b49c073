// Which networks that won before suit a search, and what becomes of them there: those that a person has kept, and those that come with
// the package. A search by the clock tries the ones that fit its limits; a model that writes a space is shown a few.
import { GeniusError } from "../../base/errors.ts";
import { formatCount } from "../../base/units.ts";
import { canonicalKey } from "../../graph/canonical.ts";
import { scaleWidths } from "../../graph/changes/index.ts";
import type { FeatureShape, Network } from "../../graph/network.ts";
import { inferShapes } from "../../graph/shapes.ts";
import { readNetwork } from "../../language/index.ts";
import { mean } from "../../math/statistics.ts";
import { formatDifference, formatMetric, type Metric, valueOfScore } from "../../metrics/index.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import { fitReferences } from "../../search/race/fit-references.ts";
import type { ProvenNetwork } from "../../search/race/race.ts";
import { nameInWords, type ReferenceDefinition } from "../../search/references/reference.ts";
import type { ImageTask, Limits } from "../../search/space.ts";
import type { ToldNetwork } from "../../search/strategy.ts";
import type { OfferedNetwork } from "../../study/kept-experience.ts";
import { sidesOf } from "../../tasks/image-size.ts";
import { differenceOf, type KeptNetwork, keptDifferenceWords, metricIn } from "./kept-networks.ts";
import { shippedExperience } from "./shipped.ts";

export interface ExperienceTask {
  /** Its name, or the last part of its path. */
  readonly dataset: string;
  readonly images: ImageTask;
  readonly limits: Limits;
  readonly metric: Pick<Metric, "name">;
}

/** Kept networks that are offered or told. */
const most = 2;
const mostText = 2_000;
/** Images are alike up to this factor of a side. */
const alikeSides = 2;
/** Sizes are near up to this factor of the largest cost that is allowed. */
const nearSize = 10;

/** Those that come with the package. */
export const shippedOffers: readonly OfferedNetwork[] = shippedExperience.map(({ name, source }) => ({
  name,
  words: `which won in earlier measurements (${source})`,
}));

/** What a search by the clock may try, in that order: two kept networks of the same data, else one of similar images; then the shipped ones. */
export function offersFor(kept: readonly KeptNetwork[], task: ExperienceTask): readonly OfferedNetwork[] {
  const { channels, classCount } = task.images;
  const setting = { input: [channels, ...sidesOf(task.images.imageSize)] as const, classCount };
  const fitting = bestFirst(kept, task).filter(
    (entry) => isNear(entry, task) && networkFor(entry, setting) !== undefined,
  );
  const ofSame = fitting.filter(({ on }) => on.dataset === task.dataset);
  const own = ofSame.length > 0 ? ofSame.slice(0, most) : fitting.slice(0, 1);
  const offered = own.map((entry) => ({
    ...{ name: entry.name, words: keptFrom(entry), text: entry.text },
    ...(entry.on.dataset === task.dataset && { isOfSameData: true as const }),
  }));
  return [...offered, ...shippedOffers];
}

/** What a model that writes a space is shown: of a size that the limits allow. */
export function toldOf(kept: readonly KeptNetwork[], task: ExperienceTask): readonly ToldNetwork[] {
  return bestFirst(kept, task)
    .filter((entry) => entry.text.length <= mostText && isInside(entry, task))
    .slice(0, most)
    .map((entry) => ({ words: toldWords(entry), text: entry.text }));
}

/** Of similar images and the same metric: those of the same data first, then of the same shape, then by how sure and large the gain was. */
function bestFirst(kept: readonly KeptNetwork[], task: ExperienceTask): readonly KeptNetwork[] {
  const { imageSize, channels } = task.images;
  const shape = [channels, ...sidesOf(imageSize)].join();
  const distance = ({ on }: KeptNetwork) =>
    (on.dataset === task.dataset ? 0 : 2) + (on.input.join() === shape ? 0 : 1);
  const gain = (entry: KeptNetwork) => differenceOf(entry).ci95[0];
  return kept
    .filter(
      ({ on: { input }, metric }) =>
        metric.name === task.metric.name &&
        sidesOf(imageSize).every((side, axis) => isWithin(side / (input[axis + 1] as number), alikeSides)),
    )
    .toSorted((a, b) => distance(a) - distance(b) || gain(b) - gain(a));
}

const isWithin = (ratio: number, factor: number) => ratio <= factor && ratio >= 1 / factor;

/** Each limited cost on images of the task, as a share of the limit. */
function sharesOf({ paramCount, macCount, on }: KeptNetwork, { images, limits }: ExperienceTask) {
  const [height, width] = sidesOf(images.imageSize);
  const macs = (macCount * height * width) / (on.input[1] * on.input[2]);
  const { maxParamCount, maxMacCount } = limits;
  return [
    ...(maxParamCount === undefined ? [] : [paramCount / maxParamCount]),
    ...(maxMacCount === undefined ? [] : [macs / maxMacCount]),
  ];
}

/** Near enough to be fitted to the limits by its width. */
const isNear = (entry: KeptNetwork, task: ExperienceTask) =>
  sharesOf(entry, task).every((share) => isWithin(share, nearSize));

const isInside = (entry: KeptNetwork, task: ExperienceTask) =>
  sharesOf(entry, task).every((share) => share <= 1 && share >= 1 / nearSize);

/** "kept from runs/first: +2.10 points beside resnet-8 over 3 seeds on digits" */
function keptFrom(entry: KeptNetwork): string {
  const { source, against, on, scores } = entry;
  const gain = formatDifference(metricIn(entry), differenceOf(entry).mean);
  return `kept from ${source}: ${gain} beside ${nameInWords(against.name)} over ${scores.length} seeds on ${on.dataset}`;
}

/** Without the name of the data, which is the person's own business. */
function toldWords(entry: KeptNetwork): string {
  const { on, against, training, paramCount, macCount } = entry;
  const metric = metricIn(entry);
  const [own, other] = [entry.scores, entry.scoresAgainst].map((values) =>
    formatMetric(metric, valueOfScore(metric, mean(values))),
  );
  return `On images of ${on.input.join("x")} in ${on.classCount} classes, each trained ${training}: ${metric.name} ${own} beside ${other} of ${against.name} (${formatCount(against.paramCount)} parameters), ${keptDifferenceWords(entry, metric)}; ${formatCount(paramCount)} parameters, ${formatCount(macCount)} MACs.`;
}

/** The offers that fit a search, best first, each as wide as its limits allow; one that is another in all but its name counts once. */
export function fitOffers(domain: Domain, offers: readonly OfferedNetwork[]): readonly ProvenNetwork[] {
  const keys = new Set<string>();
  return offers.flatMap((offer) => {
    const fitted = fitOffer(domain, offer);
    const key = fitted && canonicalKey(fitted.network);
    if (fitted === undefined || key === undefined || keys.has(key)) return [];
    keys.add(key);
    return { ...fitted, words: offer.words, isOfSameData: offer.isOfSameData === true };
  });
}

/** What a kept network may be wider by and is still left as it was kept: that is what was measured. */
const asKeptUpTo = 1.1;

function fitOffer(domain: Domain, { name, text }: OfferedNetwork) {
  if (text === undefined) {
    const shipped = shippedExperience.find((entry) => entry.name === name);
    return shipped && fitReferences(domain, [shipped])[0];
  }
  const kept = { name, text };
  if (networkFor(kept, domain.space) === undefined) return undefined;
  const definition = definitionOf(kept);
  const [widest] = fitReferences(domain, [definition]);
  const [asKept] = fitReferences(domain, [definition], { maxWidth: 1 });
  const isLittle = (cost: "paramCount" | "macCount") =>
    widest !== undefined && asKept !== undefined && widest[cost] <= asKeptUpTo * asKept[cost];
  return asKept?.width === 1 && isLittle("paramCount") && isLittle("macCount") ? asKept : widest;
}

interface Named {
  readonly name: string;
  readonly text: string;
}

/** A kept network with its width free, as a reference is. */
function definitionOf({ name, text }: Named): ReferenceDefinition {
  return {
    ...{ name, summary: "", source: "" },
    build: ({ input, classCount, width }) =>
      scaleWidths(readNetwork(text, { source: name, input, classCount, name }), width),
  };
}

interface Images {
  readonly input: FeatureShape;
  readonly classCount: number;
}

/** Undefined where the text says other images or classes, or cannot be read for these. */
export function networkFor({ name, text }: Named, { input, classCount }: Images): Network | undefined {
  try {
    const network = readNetwork(text, { source: name, input, classCount, name });
    const shapes = [...inferShapes(network.nodes).values()];
    const isFor = shapes[0]?.join() === input.join() && shapes.at(-1)?.join() === [classCount, 1, 1].join();
    return isFor ? network : undefined;
  } catch (thrown) {
    if (thrown instanceof GeniusError) return undefined;
    throw thrown;
  }
}
