// The scored designs of a run seen by one decision, and by two at once. Pure.
import { choicesAt, isScored, type TrialTable } from "../api/trial-table.ts";

export interface ScoredDesign {
  /** Trial number. */
  readonly id: number;
  readonly choices: readonly number[];
  readonly score: number;
}

/** Those of the space; networks from outside it have no choices. */
export function scoredDesigns(trials: TrialTable): ScoredDesign[] {
  const designs: ScoredDesign[] = [];
  for (let row = 0; row < trials.count; row += 1) {
    const score = trials.columns.score[row] ?? null;
    if (!isScored(trials, row) || score === null) continue;
    const choices = choicesAt(trials, row);
    if (choices.length > 0) designs.push({ id: trials.columns.number[row]!, choices, score });
  }
  return designs;
}

export interface Gathered {
  /** One option of each decision that was asked for. */
  readonly options: readonly number[];
  readonly count: number;
  readonly mean: number;
  readonly best: ScoredDesign;
}

/** The designs gathered by their options of these decisions, the lower options first. */
export function gathered(designs: readonly ScoredDesign[], decisions: readonly number[]): Gathered[] {
  const groups = new Map<string, { options: readonly number[]; designs: ScoredDesign[] }>();
  for (const design of designs) {
    const options = decisions.map((decision) => design.choices[decision]!);
    const group = groups.get(options.join());
    if (group === undefined) groups.set(options.join(), { options, designs: [design] });
    else group.designs.push(design);
  }
  return [...groups.values()]
    .map(({ options, designs: own }) => ({
      options,
      count: own.length,
      mean: own.reduce((sum, { score }) => sum + score, 0) / own.length,
      best: own.reduce((best, design) => (design.score > best.score ? design : best)),
    }))
    .sort((a, b) => {
      const place = a.options.findIndex((option, index) => option !== b.options[index]);
      return place === -1 ? 0 : a.options[place]! - b.options[place]!;
    });
}
