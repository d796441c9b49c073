// A line of a journal of version 1, as version 2 has it. Version 1 knew accuracy alone, and wrote it into every field:
// `accuracy01` of an outcome and of a prediction, `validationAccuracy01` of a curve, `testAccuracy01` of the result.
// It works on parsed JSON before anything is checked, and leaves what it does not know as it is.
import { accuracy, metricOf } from "../metrics/index.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `value` with its field `from` named `to`. */
function renamed(value: Fields, from: string, to: string): Fields {
  if (!(from in value)) return value;
  const { [from]: moved, ...rest } = value;
  return { ...rest, [to]: moved };
}

/** `value` with an accuracy in field `from` as the one figure of the metrics in `to`. */
function asMetrics(value: Fields, from: string, to: string): Fields {
  if (!(from in value)) return value;
  const { [from]: accuracy01, ...rest } = value;
  return { ...rest, [to]: { accuracy: accuracy01 } };
}

/** `value` with what `change` makes of its field, where that is there. */
function changed(value: Fields, field: string, change: (part: Fields) => Fields): Fields {
  const part = value[field];
  if (Array.isArray(part))
    return { ...value, [field]: part.map((entry) => (isFields(entry) ? change(entry) : entry)) };
  return isFields(part) ? { ...value, [field]: change(part) } : value;
}

function proposalOf(proposal: Fields): Fields {
  const predicted = changed(renamed(proposal, "nominalAccuracy01", "nominalScore"), "predicted", (part) =>
    renamed(renamed(part, "accuracy01", "score"), "sd01", "sd"),
  );
  return changed(predicted, "outlook", (part) =>
    renamed(renamed(part, "gain01", "gain"), "noise01", "noise"),
  );
}

const outcomeOf = (outcome: Fields): Fields =>
  changed(asMetrics(outcome, "accuracy01", "metrics"), "curve", (point) =>
    asMetrics(point, "validationAccuracy01", "validation"),
  );

/** A line of version 1 as version 2 has it. */
export function migrateFromVersion1(line: unknown): unknown {
  if (!isFields(line)) return line;
  switch (line.kind) {
    case "header":
      return changed(
        changed(line, "config", (config) => ({ metric: metricOf(accuracy), ...config })),
        "provenance",
        (provenance) => changed(provenance, "evaluator", (told) => renamed(told, "optimum01", "optimum")),
      );
    case "trial":
      return changed(line, "trial", (trial) =>
        changed(changed(trial, "proposal", proposalOf), "outcome", outcomeOf),
      );
    case "result":
      return changed(asMetrics(line, "testAccuracy01", "testMetrics"), "baselines", (run) =>
        changed(run, "points", (point) => renamed(point, "accuracy01", "score")),
      );
    default:
      return line;
  }
}
