// The evaluator of searches on published results: a design's accuracy is looked up, not trained. It selects on
// validation where the table has such a figure; else on test, and says so.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import { keyOf } from "../search/choices.ts";
import { openTable } from "./accuracy-table.ts";
import { type DatasetDescription, defineEvaluator, type EvaluationRequest } from "./evaluator.ts";

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
    .describe('your own table: a JSON file {"<key>": {"validation": 91.2, "test": 90.8}, …}, in percent')
    .meta({ placeholder: "FILE" }),
});

export default defineEvaluator({
  name: "table",
  summary: "Looks a design up in the published table of its space: no training, a search in seconds.",
  source:
    "NAS-Bench-Macro, Channel-Bench-Macro and NAS-Bench-201, each as published; `genius list spaces` names the papers",
  tabular: true,
  options,
  describe: async ({ dataset }) => describeTable(dataset),
  async create({ space, dataset }, { noise01, tableFile }) {
    const table = await openTable({
      space,
      dataset,
      ...(tableFile !== undefined && { file: tableFile }),
    });
    return {
      selectedOn: table.selectedOn,
      fidelity: { full: {} },
      optimum: table.optimum01,
      provenance: { ...table.provenance, ...(noise01 > 0 && { noise01 }) },
      async evaluate(request) {
        const found = table.lookUp(request.proposal.choices);
        const spent = { milliseconds: 0 };
        if (found === undefined) {
          const detail = `${keyOf(space, request.proposal.choices)} is not in the table.`;
          return { kind: "failed", reason: "crashed", detail, spent };
        }
        return { kind: "scored", metrics: { accuracy: noisy(found.selection01, noise01, request) }, spent };
      },
      async test({ proposal }) {
        const found = table.lookUp(proposal.choices);
        const rank = table.rankOf(proposal.choices);
        if (found === undefined || rank === undefined) {
          throw new GeniusError(
            "not-found",
            `${keyOf(space, proposal.choices)} is not in the table of ${space.name} on ${dataset}.`,
          );
        }
        return { metrics: { accuracy: found.test01 }, detail: { rank, designs: table.designCount } };
      },
    };
  },
});

/** The published data sets' images, as the published networks saw them. */
function describeTable(dataset: string): DatasetDescription | undefined {
  const facts: Readonly<Record<string, readonly [name: string, imageSize: number, classCount: number]>> = {
    cifar10: ["CIFAR-10", 32, 10],
    cifar100: ["CIFAR-100", 32, 100],
    "imagenet16-120": ["ImageNet16-120", 16, 120],
  };
  const known = Object.hasOwn(facts, dataset) ? facts[dataset] : undefined;
  if (known === undefined) return undefined;
  const [name, imageSize, classCount] = known;
  const words = `${name}: colour images of ${imageSize} × ${imageSize} pixels in ${classCount} classes`;
  return { images: { imageSize, channels: 3, classCount }, words };
}

/** The same noise for the same seed, which stands for the design, its fidelity and its repeat. */
function noisy(accuracy01: number, noise01: number, { seed }: EvaluationRequest): number {
  if (noise01 === 0) return accuracy01;
  const noise = createRandom(seed, "table-noise").normal() * noise01;
  return Math.min(1, Math.max(0, accuracy01 + noise));
}
