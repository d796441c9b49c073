// `genius list experience`: what a search may begin with, the person's own first.
import { formatCount } from "../../base/units.ts";
import { nameInWords } from "../../search/references/reference.ts";
import { type KeptNetwork, keptDifferenceWords, metricIn, readKept } from "./kept-networks.ts";
import { shippedExperience } from "./shipped.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ExperienceRow {
  readonly name: string;
  /** Whether the person has kept it. */
  readonly isOwn: boolean;
  readonly summary: string;
  /** The run that it was found in, or the page with its figures. */
  readonly source: string;
  /** In the language, of one that the person has kept. */
  readonly text?: string;
}

/** @param warn told of what could not be read, and what to do where nothing was kept */
export async function listExperience(
  environment: Environment,
  warn: (text: string) => void,
): Promise<readonly ExperienceRow[]> {
  const { networks, faults } = await readKept(environment);
  for (const fault of faults) warn(`Left out: ${fault}`);
  if (networks.length === 0)
    warn("None of your own yet: genius keep RUN confirms a run's network over seeds, and keeps it.");
  const shipped = shippedExperience.map(({ name, summary, source }) => ({
    ...{ name, isOwn: false, summary, source },
  }));
  return [...networks.map(rowOf), ...shipped];
}

function rowOf(entry: KeptNetwork): ExperienceRow {
  const { name, text, on, against, training, date, source, paramCount, macCount } = entry;
  const where = `${on.dataset} (${on.input.join("x")}, ${on.classCount} classes)`;
  const size = `${formatCount(paramCount)} parameters, ${formatCount(macCount)} MACs`;
  const summary = `Yours: ${keptDifferenceWords(entry, metricIn(entry))} beside ${nameInWords(against.name)}, each trained ${training}, on ${where}; ${size}; ${date}.`;
  return { name, isOwn: true, summary, source, text };
}
