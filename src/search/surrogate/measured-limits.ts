// Limits that only a measurement tells, such as latency: what was measured of the designs so far teaches how likely
// another one is to keep to the limit. A Gaussian process over the decisions, linear in the exact costs, of the
// logarithm of what was measured. It learns the limit from the first design that broke it, and knows no accuracies.
import { normalCdf } from "../../math/normal.ts";
import { mean } from "../../math/statistics.ts";
import type { Domain } from "../constraints/domain.ts";
import { isDesignOf } from "../proposed-network.ts";
import type { Choices } from "../space.ts";
import type { Trial } from "../trial.ts";
import { decisionShapes, designPoints } from "./design-points.ts";
import { fitDueAt, fitHyperparameters } from "./fit-gaussian-process.ts";
import { defaultHyperparameters, type PointShape } from "./gaussian-process.ts";
import { createPosterior, type Posterior } from "./posterior.ts";

/** What the decisions explain beyond costs, in the logarithm: a tenth, as a first guess. */
const unit = 0.1;
/** Nothing is believed of how it grows with costs; the deviation lets it grow in proportion. */
const weights = [
  { mean: 0, sd: 10 },
  { mean: 0, sd: 10 },
];

export interface MeasuredLimits {
  observe(trial: Trial): void;
  /** How many designs broke the limit. */
  readonly broken: number;
  /** How likely each design is to keep to the limit, in [0, 1]; undefined while no design broke it. */
  probabilities(designs: readonly Choices[]): Float64Array | undefined;
}

/** The violation of a measured limit, if the trial ended with one. */
export function measuredViolation({ outcome }: Trial) {
  if (outcome.kind !== "infeasible") return undefined;
  return outcome.violations.find(({ quantity }) => quantity === "latencyMs");
}

/** Gelbart et al. 2014, https://arxiv.org/abs/1403.5607, for one limit of a quantity that is measured itself. */
export function createMeasuredLimits(domain: Domain): MeasuredLimits {
  const shape: PointShape = {
    decisions: decisionShapes(domain),
    weights,
  };
  const measured: Choices[] = [];
  const logs: number[] = [];
  let broken = 0;
  let logLimit = Number.POSITIVE_INFINITY;
  let fitted = defaultHyperparameters(shape);
  let fittedAt = 0;
  let believed: { readonly designs: readonly Choices[]; readonly posterior: Posterior } | undefined;

  const encode = (designs: readonly Choices[]) => designPoints(domain, measured[0] as Choices, designs);
  const values = (count: number) => {
    const centre = mean(logs);
    return { centre, values: Float64Array.from(logs.slice(0, count), (value) => (value - centre) / unit) };
  };

  return {
    observe(trial) {
      const violation = measuredViolation(trial);
      const { outcome, proposal } = trial;
      const value = violation?.value ?? (outcome.kind === "scored" ? outcome.latencyMs : undefined);
      if (value === undefined || !(value > 0) || !isDesignOf(domain.space, proposal)) return;
      measured.push(proposal.choices);
      logs.push(Math.log(value));
      if (violation === undefined) return;
      broken += 1;
      logLimit = Math.log(violation.limit);
    },
    get broken() {
      return broken;
    },
    probabilities(designs) {
      if (broken === 0) return undefined;
      const due = fitDueAt(measured.length);
      if (due !== fittedAt) {
        fittedAt = due;
        const observed = { points: encode(measured.slice(0, due)), values: values(due).values };
        fitted = fitHyperparameters(shape, observed);
        believed = undefined;
      }
      if (believed?.designs !== designs)
        believed = { designs, posterior: createPosterior(shape, fitted, encode(designs)) };
      const { posterior } = believed;
      const fresh = encode(measured.slice(posterior.size));
      for (let row = 0; row < fresh.count; row += 1) posterior.add(fresh, row);
      const centred = values(measured.length);
      const { means, deviations } = posterior.beliefs(centred.values);
      const bound = (logLimit - centred.centre) / unit;
      return means.map((value, place) => normalCdf((bound - value) / (deviations[place] as number)));
    },
  };
}
