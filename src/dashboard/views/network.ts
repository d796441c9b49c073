// A network for the page: stages and blocks with shapes and costs, and how they differ from another's.
import { GeniusError } from "../../base/errors.ts";
import { networkCost } from "../../graph/cost.ts";
import { printIfSayable } from "../../language/index.ts";
import { everyBlock, folded, violationInWords } from "../../report/index.ts";
import type { FollowedRun } from "../../runs/followed-run.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import { designName, networkIfAny, type Proposed } from "../../search/proposed-network.ts";
import { nameInWords } from "../../search/references/reference.ts";
import type { Choices } from "../../search/space.ts";
import { isScored, type Trial } from "../../search/trial.ts";
import type { BlockView, NetworkView, StageView } from "../api.ts";
import { changesBetween } from "./trials.ts";

/** A trial's network, or a design of the space that need not be of any trial. */
export type Shown = { readonly trial: Trial } | { readonly choices: Choices };

export function networkView(
  run: FollowedRun,
  domain: Domain,
  { shown, against }: { readonly shown: Shown; readonly against: Shown | undefined },
): NetworkView {
  const own = oneNetwork(run, domain, shown);
  const { violations, ...rest } = own;
  if (against === undefined) return { ...rest, stages: folded(own.stages, () => true), violations };
  const { violations: _, ...other } = oneNetwork(run, domain, against);
  return {
    ...rest,
    stages: compared(own.stages, other.stages),
    violations,
    against: {
      ...other,
      stages: compared(other.stages, own.stages),
      changes: changesBetween(domain.space, other.choices, own.choices),
    },
  };
}

function oneNetwork(run: FollowedRun, domain: Domain, shown: Shown) {
  const { space } = domain;
  const proposed: Proposed = "trial" in shown ? shown.trial.proposal : shown;
  const network = networkIfAny(space, proposed);
  if (network === undefined) throw new GeniusError("not-found", "There is no network to draw.");
  const { choices } = proposed;
  const trial = "trial" in shown ? shown.trial : trialOfDesign(run, choices);
  const { paramCount, macCount } = networkCost(network);
  const text = printIfSayable(network);
  const written = proposed.network === undefined ? run.journal.writtenSpace : undefined;
  const authored = trial?.proposal.authored ?? written;
  return {
    key: nameInWords(designName(space, proposed)),
    choices,
    ...(trial !== undefined && { trial: trial.number }),
    ...(trial?.outcome.kind === "scored" && { score: trial.outcome.score }),
    paramCount,
    macCount,
    violations: proposed.network === undefined ? domain.violations(choices).map(violationInWords) : [],
    inputShape: space.input,
    stages: everyBlock(network) as readonly StageView[],
    ...(text !== undefined && { text }),
    ...(authored !== undefined && { authored: { text: authored.text, reasons: authored.reasons } }),
  };
}

/** The scored trial of a design, else any of it. */
function trialOfDesign({ journal }: FollowedRun, choices: Choices): Trial | undefined {
  const key = choices.join();
  const same = journal.trials.filter((trial) => trial.proposal.choices.join() === key);
  return same.find(isScored) ?? same[0];
}

/** Alike blocks in a row as one, where they stand to the other network alike. */
const compared = (stages: readonly StageView[], others: readonly StageView[]): StageView[] =>
  folded(marked(stages, others), (before, block) => before.difference === block.difference);

/** Says of each block whether the other network has the same, another of its name, or none. */
function marked(stages: readonly StageView[], others: readonly StageView[]): StageView[] {
  const known = new Map(others.flatMap(({ blocks }) => blocks.map((block) => [block.name, block] as const)));
  const alike = (a: BlockView, b: BlockView) =>
    a.description === b.description && a.paramCount === b.paramCount && a.macCount === b.macCount;
  return stages.map(({ name, blocks }) => ({
    name,
    blocks: blocks.map((block): BlockView => {
      const other = known.get(block.name);
      if (other === undefined) return { ...block, difference: "only-here" };
      return { ...block, difference: alike(block, other) ? "same" : "changed" };
    }),
  }));
}
