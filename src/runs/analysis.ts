// What a run teaches, computed from its journal: what each decision was worth, whether good networks are simple early
// and complex late, and what a surrogate makes of a trial. It takes up to seconds, so it runs in a worker (analyst.ts).
import { createRandom } from "../base/random.ts";
import { type Metric, metricWords } from "../metrics/index.ts";
import {
  type DecisionWorth,
  decisionWorth,
  type EarlyLate,
  earlyLate,
  earlyLateCaption,
  earlyLateInWords,
  runMarkdown,
  runReport,
} from "../report/index.ts";
import type { Domain } from "../search/constraints/domain.ts";
import { isDesignOf } from "../search/proposed-network.ts";
import type { Choices } from "../search/space.ts";
import { networkKnowledge } from "../search/surrogate/network-knowledge.ts";
import { createSurrogate } from "../search/surrogate/surrogate.ts";
import { bestOf, isScored, type ScoredTrial, type Trial } from "../search/trial.ts";
import type { RunRecord } from "../study/fold.ts";
import { openRun } from "./open-run.ts";
import { reportInput } from "./report-input.ts";

export type AnalysisTask =
  | { readonly kind: "worth"; readonly folder: string }
  | { readonly kind: "early-late"; readonly folder: string }
  | { readonly kind: "why"; readonly folder: string; readonly number: number }
  | { readonly kind: "report"; readonly folder: string; readonly form: "html" | "markdown" };

export interface WorthAnswer {
  readonly used: number;
  readonly scored: number;
  readonly decisions: readonly DecisionWorth[];
  readonly caption: string;
}

export type EarlyLateAnswer =
  | { readonly kind: "unknown"; readonly why: string }
  | (EarlyLate & { readonly kind: "answer"; readonly words: string });

export interface AttributionAnswer {
  readonly trial: number;
  readonly predicted?: { readonly score: number; readonly sd01: number };
  readonly measured01?: number;
  readonly parent?: { readonly trial: number; readonly predicted01: number };
  readonly changes: readonly {
    readonly decision: string;
    readonly from: string;
    readonly to: string;
    readonly gain01: number;
    readonly sd01: number;
  }[];
  readonly method: string;
}

export interface Answers {
  readonly worth: WorthAnswer | null;
  readonly "early-late": EarlyLateAnswer;
  readonly why: AttributionAnswer;
  readonly report: string;
}

/** The fit is cubic in the trials; more would say no more. */
const maxObservations = 250;
const maxSeen = 300;

export async function analyse(task: AnalysisTask): Promise<Answers[AnalysisTask["kind"]]> {
  const run = await openRun(task.folder);
  const { journal, space, domain } = run;
  const scored = journal.trials.filter(isScored).filter(({ proposal }) => isDesignOf(space, proposal));
  switch (task.kind) {
    case "worth":
      return worthOf(domain, scored);
    case "early-late":
      return earlyLateOf(domain, scored);
    case "why":
      return whyOf(domain, journal, task.number);
    case "report": {
      const input = await reportInput(run);
      return task.form === "html" ? runReport(input) : runMarkdown(input);
    }
    default:
      return task satisfies never;
  }
}

const observed = ({ proposal, outcome }: ScoredTrial) => ({
  choices: proposal.choices,
  score: outcome.score,
});

function worthOf({ space }: Domain, scored: readonly ScoredTrial[]): WorthAnswer | null {
  const used = scored.slice(-maxObservations);
  const decisions = decisionWorth(space.decisions, used.map(observed), createRandom("decision worth"));
  if (decisions === undefined) return null;
  const which =
    used.length < scored.length ? `the last ${used.length} of ${scored.length}` : `these ${used.length}`;
  return {
    used: used.length,
    scored: scored.length,
    decisions,
    caption: `The fitted difference between the best and the worst option that was tried, other decisions held equal, with 95 % intervals from resampled trials. A description of ${which} scored trials by a linear model, not a law.`,
  };
}

function earlyLateOf(domain: Domain, scored: readonly ScoredTrial[]): EarlyLateAnswer {
  const answer = earlyLate(domain, scored.map(observed), createRandom("early-late"));
  if ("unknown" in answer) return { kind: "unknown", why: answer.unknown };
  return { kind: "answer", ...answer, words: `${earlyLateInWords(answer)} ${earlyLateCaption}` };
}

const methodFor = (metric: Metric) =>
  `A Gaussian process over the decisions and what can be said of the networks' graphs, fitted to the scored trials before this one. Of each change: what the predicted ${metricWords(metric)} would lose if this change alone were taken back. It is the surrogate's view, not a measurement.`;

function whyOf(domain: Domain, { trials, header }: RunRecord, number: number): AttributionAnswer {
  const method = methodFor(header.config.metric);
  const { space } = domain;
  const trial = trials.find((other) => other.number === number);
  const before = trials.filter((other) => other.number < number);
  const scored = before.filter(isScored);
  const measured = trial !== undefined && isScored(trial) ? { measured01: trial.outcome.score } : {};
  const designs = scored.filter(({ proposal }) => isDesignOf(space, proposal));
  const nothing = { trial: number, ...measured, changes: [], method };
  if (trial === undefined || !isDesignOf(space, trial.proposal) || designs.length < 2) return nothing;
  const { choices } = trial.proposal;
  const parent = bestOf(designs)!;
  const surrogate = createSurrogate(domain, {
    knowledge: networkKnowledge(domain, header.config.metric),
  });
  for (const earlier of seen(before, parent)) surrogate.observe(earlier);
  const from = parent.proposal.choices;
  const changed = choices.flatMap((choice, index) => (choice === from[index] ? [] : [index]));
  const takenBack = changed.map((index) => choices.with(index, from[index] as number));
  const beliefs = surrogate.candidates({
    random: createRandom("why", number),
    pending: [],
    extra: [choices, from, ...takenBack],
  });
  const believed = (design: Choices) => {
    const place = beliefs.placeOf(design);
    if (place === undefined) return undefined;
    return beliefs.scoreOf(beliefs.means[place] as number, beliefs.deviations[place] as number);
  };
  const [here, there] = [believed(choices), believed(from)];
  if (here === undefined) return nothing;
  return {
    trial: number,
    predicted: { score: here.score, sd01: here.sd },
    ...measured,
    ...(there !== undefined && { parent: { trial: parent.number, predicted01: there.score } }),
    changes: changed.flatMap((index, place) => {
      const without = believed(takenBack[place] as Choices);
      if (without === undefined) return [];
      const { name, options } = space.decisions[index]!;
      const label = (design: Choices) => options[design[index] as number]?.label ?? "";
      const gain01 = here.score - without.score;
      return [{ decision: name, from: label(from), to: label(choices), gain01, sd01: without.sd }];
    }),
    method,
  };
}

/** The latest trials, and the parent: the surrogate's work is cubic in them. */
function seen(before: readonly Trial[], parent: Trial): readonly Trial[] {
  const latest = before.slice(-maxSeen);
  return latest.includes(parent) ? latest : [parent, ...latest];
}
