// How a prompt names the figure that designs are compared by, and the field in which a model states its forecast. Every
// metric that a search selects on lies in [0, 1], and prompts tell it in per cent. Recorded conversations are
// matched by their exact text, so the wording for accuracy never changes.
import { accuracy, type Metric, metricWords } from "../../metrics/index.ts";

export interface ScoreWords {
  /** As in "say which accuracy you expect". */
  readonly name: string;
  /** With its article: "an accuracy". */
  readonly oneOf: string;
  /** The field of the forecast in a reply's JSON. */
  readonly field: string;
}

export function scoreWords(metric: Metric = accuracy): ScoreWords {
  const name = metricWords(metric);
  const inCamelCase = metric.name.replace(/(?:^|[^a-z0-9]+)([a-z0-9])/gi, (_, letter: string) =>
    letter.toUpperCase(),
  );
  return {
    name,
    oneOf: `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`,
    field: `expected${inCamelCase}Percent`,
  };
}

/** A reply's forecast, whatever the metric that its field names. */
export const forecastField = /^expected\w*Percent$/;
