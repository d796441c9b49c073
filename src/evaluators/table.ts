// The evaluator of searches on published results: a design's accuracy is looked up, not trained. It selects on
// validation where the table has such a figure; else on test, and says so.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import { accuracy, valueOfScore } from "../metrics/index.ts";
import { keyOf } from "../search/choices.ts";
import type { Choices } from "../search/space.ts";
import {
  type DatasetDescription,
  defineEvaluator,
  type EvaluationRequest,
  type Evaluator,
} from "./evaluator.ts";
import { ownMetricOf, ownMetricSettings } from "./own-metric.ts";
import { openTable } from "./tables/accuracy-table.ts";
import { publishedDatasets } from "./tables/published.ts";

const options = z.object({
  noise01: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("standard deviation of noise added to each look-up, as a share: 0.002 is 0.2 points"),
  tableFile: z
    .string()
    .optional()
    .describe(
      'your own table: a JSON file {"<key>": {"validation": 91.2, "test": 90.8}, …} or a CSV file with the columns design,validation,test; accuracies in percent; either figure may be missing throughout',
    )
    .meta({ placeholder: "FILE" }),
  ...ownMetricSettings.shape,
});

const validationOnly =
  "Only validation figures are published for this table: the selected design is not tested, and its figure is optimistic.";

export default defineEvaluator({
  name: "table",
  summary: "Looks a design up in the published table of its space: no training, a search in seconds.",
  source:
    "NAS-Bench-Macro, Channel-Bench-Macro, NAS-Bench-201, NATS-Bench and TransNAS-Bench-101, each as published; `genius list spaces` names the papers",
  tabular: true,
  options,
  metricsOf: (given) => [ownMetricOf(given)],
  describe: async ({ dataset }, { tableFile }) => describeTable(dataset, tableFile),
  async create({ space, dataset, isAllowed }, { noise01, tableFile, ...own }) {
    const metric = ownMetricOf(own);
    const table = await openTable({ space, dataset, file: tableFile, metric, isAllowed });
    const placeOf = (choices: Choices) => {
      const rank = table.rankOf(choices);
      return rank === undefined ? undefined : { rank, designs: table.designCount };
    };
    const measured = (score: number) => ({ [metric.name]: valueOfScore(metric, score) });
    const evaluator: Evaluator = {
      metric,
      selectedOn: table.selectedOn,
      fidelity: { full: {} },
      optimum: table.optimum01,
      provenance: { ...table.provenance, ...(noise01 > 0 && { noise01 }) },
      async evaluate(request) {
        const spent = { milliseconds: 0 };
        const { network } = request.proposal;
        if (network !== undefined) {
          const detail = `${network.name} is not in the table, which has designs of ${space.name} only.`;
          return { kind: "failed", reason: "unmeasured", detail, spent };
        }
        const found = table.lookUp(request.proposal.choices);
        if (found === undefined) {
          const detail = `${keyOf(space, request.proposal.choices)} is not in the table.`;
          return { kind: "failed", reason: "crashed", detail, spent };
        }
        const seen = found.selection01 + noiseOf(request, noise01);
        const score = metric.name === accuracy.name ? Math.min(1, Math.max(0, seen)) : seen;
        return { kind: "scored", metrics: measured(score), spent };
      },
    };
    if (table.testOptimum01 === undefined) {
      return { ...evaluator, placeOf, remarks: [validationOnly] };
    }
    return {
      ...evaluator,
      async test({ proposal }) {
        const test01 = table.lookUp(proposal.choices)?.test01;
        const detail = placeOf(proposal.choices);
        if (test01 === undefined || detail === undefined) {
          throw new GeniusError(
            "not-found",
            `${keyOf(space, proposal.choices)} is not in the table of ${space.name} on ${dataset}.`,
          );
        }
        return { metrics: measured(test01), detail };
      },
    };
  },
});

/** The images of a dataset as the published networks saw them; an own table's dataset may be one that nobody knows. */
function describeTable(dataset: string, tableFile: string | undefined): DatasetDescription | undefined {
  const known = Object.hasOwn(publishedDatasets, dataset) ? publishedDatasets[dataset] : undefined;
  if (known !== undefined) {
    const { words, imageSize, classCount } = known;
    return { images: { imageSize, channels: 3, classCount }, words };
  }
  if (tableFile !== undefined) return undefined;
  throw new GeniusError(
    "unknown-name",
    `There is no published table on "${dataset}", and its image size and number of classes are not known. Known datasets: ${Object.keys(publishedDatasets).join(", ")}.`,
  );
}

/** The same noise for the same seed, which stands for the design, its fidelity and its repeat. */
function noiseOf({ seed }: EvaluationRequest, noise01: number): number {
  return noise01 === 0 ? 0 : createRandom(seed, "table-noise").normal() * noise01;
}
