// A space that a model wrote, and the search in it. The search is shown all that the run has measured, so that a revision forgets
// nothing: a network that is a design of this space too counts as that design, and any other, of an earlier space or designed by
// people, by its graph. It knows no model.
import { canonicalKey } from "../../graph/canonical.ts";
import type { Choices } from "../../search/space.ts";
import type { ProposeContext, Strategy } from "../../search/strategy.ts";
import { isScored, type Proposal, type Trial } from "../../search/trial.ts";
import type { AuthoredSpace } from "./authored-space.ts";

type OwnTrial = Trial & { readonly choices: Choices };

export interface Chapter {
  readonly authored: AuthoredSpace;
  /** Of its own designs. */
  readonly trials: readonly OwnTrial[];
  /** Its next design of a network that is not taken. */
  propose(context: ProposeContext, isTaken: (canonicalKey: string) => boolean): Promise<Proposal | undefined>;
  /** @param from The space that the trial is a design of; undefined where it is a reference. */
  observe(trial: Trial, from: AuthoredSpace | undefined): void;
}

/** Designs of taken networks in a row after which the next is proposed all the same. */
const maxTaken = 25;

interface ChapterSetting {
  readonly search: Strategy;
  /** Who proposes. */
  readonly by: string;
  /** Counted from 1. */
  readonly number: number;
}

export function createChapter(authored: AuthoredSpace, { search, by, number }: ChapterSetting): Chapter {
  const { space } = authored.domain;
  const trials: OwnTrial[] = [];
  let shown = 0;
  let designs = 0;

  const show = (trial: Trial, choices: Choices) => {
    const { network: _, authored: __, ...proposal } = trial.proposal;
    shown += 1;
    designs += 1;
    search.observe({ ...trial, number: shown, proposal: { ...proposal, choices } });
  };

  return {
    authored,
    trials,
    async propose(context, isTaken) {
      const own = context.pending.flatMap((proposal) => ownDesign(proposal, authored.text) ?? []);
      const taken: Proposal[] = [];
      for (;;) {
        const pending = [...own, ...taken];
        const trialNumber = designs + own.length + 1;
        const proposal = await search.propose({ ...context, pending, trialNumber });
        if (proposal === undefined) return undefined;
        const { choices, ...rest } = proposal;
        const network = space.decode(choices);
        if (taken.length < maxTaken && isTaken(canonicalKey(network))) {
          taken.push(proposal);
          continue;
        }
        const { text, reasons } = authored;
        // A revised text mostly keeps its name, and a race knows networks by theirs.
        const name = number === 1 ? network.name : network.name.replace("/", `-${number}/`);
        return {
          ...{ ...rest, choices: [], network: { ...network, name }, by },
          authored: { text, reasons, choices },
        };
      }
    },
    observe(trial, from) {
      const own = trial.proposal.authored;
      if (own?.text === authored.text) {
        trials.push({ ...trial, choices: own.choices });
        show(trial, own.choices);
        return;
      }
      if (!isScored(trial)) return;
      const choices = from === undefined ? undefined : sameDesign(trial, from, authored);
      if (choices !== undefined) {
        show(trial, choices);
      } else if (search.observesReferences === true) {
        shown += 1;
        search.observe({ ...trial, number: shown });
      }
    },
  };
}

/** The proposal as the search in the space of that text made it. */
function ownDesign(proposal: Proposal, text: string): Proposal | undefined {
  const { network: _, authored, ...rest } = proposal;
  return authored?.text === text ? { ...rest, choices: authored.choices } : undefined;
}

/** The design of another space that is the same network with the same names of decisions, if it has one. */
function sameDesign({ proposal }: Trial, from: AuthoredSpace, to: AuthoredSpace): Choices | undefined {
  const { network, authored } = proposal;
  if (network === undefined || authored === undefined) return undefined;
  const { decisions, decode } = to.domain.space;
  const before = from.domain.space.decisions;
  const choices = decisions.map(({ name, options }) => {
    const index = before.findIndex((decision) => decision.name === name);
    const label = before[index]?.options[authored.choices[index] as number]?.label;
    return Math.max(
      0,
      options.findIndex((option) => option.label === label),
    );
  });
  return canonicalKey(decode(choices)) === canonicalKey(network) ? choices : undefined;
}
