// What a search gets of experience when it begins: networks that won before, to be tried, and to be told to a model that writes a space.
// It is kept with the run, since the networks that a person keeps change: a resumed search goes on as it would have, and a recorded
// conversation is replayed with what it was recorded with.
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { GeniusError } from "../base/errors.ts";
import { type KeptNetworks, readKept } from "../catalog/experience/kept-networks.ts";
import { type ExperienceTask, offersFor, shippedOffers, toldOf } from "../catalog/experience/offers.ts";
import { parseModelName } from "../llm/index.ts";
import { readJournal } from "../study/journal.ts";
import type { KeptExperience } from "../study/kept-experience.ts";

export interface ExperienceSetting extends Omit<ExperienceTask, "images"> {
  /** Undefined where nothing is known of them. */
  readonly images: ExperienceTask["images"] | undefined;
  readonly model: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (text: string) => void;
  /** Whether the search tries what fits. */
  readonly isTried: boolean;
  /** Whether its model is told. */
  readonly isTold: boolean;
}

/** Undefined where nothing suits. What cannot be read is named, and left out. */
export async function experienceFor(setting: ExperienceSetting): Promise<KeptExperience | undefined> {
  const { isTried, isTold } = setting;
  if (!isTried && !isTold) return undefined;
  const { offered, told } = await known(setting);
  const wanted = { offered: isTried ? offered : [], told: isTold ? told : [] };
  return wanted.offered.length + wanted.told.length === 0 ? undefined : wanted;
}

async function known({
  images,
  model,
  environment,
  onProgress,
  ...task
}: ExperienceSetting): Promise<KeptExperience> {
  const shipped = { offered: shippedOffers, told: [] };
  const replayed = model === undefined ? undefined : parseModelName(model);
  if (replayed?.provider === "replay") {
    const isFolder = (await stat(replayed.file).catch(() => undefined))?.isDirectory() === true;
    const run = isFolder ? replayed.file : dirname(replayed.file);
    const recorded = await readJournal(run).catch(() => undefined);
    return recorded === undefined
      ? shipped
      : (recorded.header.config.experience ?? { offered: [], told: [] });
  }
  if (images === undefined) return shipped;
  const { networks, faults } = await readKept(environment).catch(unreadable);
  for (const fault of faults) onProgress(`Left out of your experience: ${fault}`);
  const suited = { ...task, images };
  return { offered: offersFor(networks, suited), told: toldOf(networks, suited) };
}

function unreadable(thrown: unknown): KeptNetworks {
  if (!(thrown instanceof GeniusError)) throw thrown;
  return { networks: [], faults: [thrown.message] };
}
