// What the measurements of refinement share: the images and their parts, the space and its limits, the clock of
// processor time (the machine has other work), and lines of results.
import { appendFileSync } from "node:fs";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import mobile from "../../src/search/spaces/mobile.ts";
import {
  channelStatistics,
  defaultAugmentation,
  openDataset,
  splitValidation,
  takeFraction,
} from "../../src/tasks/image-classification/index.ts";

export interface Setting {
  readonly images: string;
  readonly imageSize: number;
  /** Images that are taken from the training images: those that train, and those that choose. */
  readonly trainCount: number;
  readonly validationCount: number;
  readonly maxMacCount: number;
  readonly seed: number;
}

export async function openSetting(given: Setting) {
  const { imageSize, trainCount, validationCount, maxMacCount, seed } = given;
  const space = mobile.create(mobile.options.parse({ imageSize, sizeClass: "tiny" }));
  const limits = { maxMacCount };
  const dataset = await openDataset(given.images, { imageSize });
  const taken = trainCount + validationCount;
  const kept = takeFraction(dataset.train, { fraction01: taken / dataset.train.count, seed });
  const { train, validation } = splitValidation(kept, { fraction01: validationCount / taken, seed });
  const normalisation = channelStatistics(train);
  const threads = 1;
  return {
    space,
    limits,
    domain: createDomain(space, limits),
    data: { train, validation, normalisation, augmentation: defaultAugmentation(dataset) },
    onValidation: { set: validation, normalisation, threads },
    onTest: { set: dataset.test!, normalisation, threads },
    threads,
  };
}

/** Processor seconds of this process. */
export function clock(): () => number {
  const begun = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1e6;
  };
}

/** Prints lines of JSON, and keeps them in a file when there is one. */
export function teller(path: string | undefined): (line: Readonly<Record<string, unknown>>) => void {
  return (line) => {
    const text = JSON.stringify(line);
    console.log(text);
    if (path !== undefined) appendFileSync(path, `${text}\n`);
  };
}
