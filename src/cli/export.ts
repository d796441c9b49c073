// `genius export`: a design as a file that other programs read. A run's best design comes with its trained weights
// where there are any; a design from --choices has fresh ones.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError, GeniusError } from "../base/errors.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { openSpaceByFlags } from "../command/members.ts";
import { initialWeights } from "../engine/index.ts";
import type { Network } from "../graph/network.ts";
import type { Weights } from "../graph/weights.ts";
import { designFile, designFormats, trainedWeights } from "../runs/export-design.ts";
import { openRun } from "../runs/open-run.ts";
import { keyOf, parseChoices } from "../search/choices.ts";

const flags = z.object({
  choices: z.string().optional().describe("a design instead of a run's best").meta({ placeholder: "C" }),
  space: z.string().optional().describe("the design's space, with --choices").meta({ placeholder: "NAME" }),
  format: z.enum([...designFormats, "tensorboard"]).describe("what to write"),
  out: z
    .string()
    .optional()
    .describe(
      "where to (default: standard output for text, model.onnx or model.safetensors else; of tensorboard, the folder)",
    )
    .meta({ placeholder: "FILE" }),
  seed: z.int().min(0).default(1).describe("of fresh weights, where no trained ones are at hand"),
  json: z.boolean().default(false).describe("say what was written as JSON"),
});

interface Subject {
  readonly network: Network;
  readonly title: string;
  readonly trained: Weights | undefined;
}

export default defineCommand({
  options: flags,
  passesRest: true,
  more: `Examples:
  genius export runs/… --format onnx --out model.onnx
  genius export runs/… --format tensorboard --out logs   (again while the search runs: what is new is appended)
  genius export --space nas-bench-macro --choices 22212220 --format pytorch > model.py`,
  async run({ operands, options, rest, terminal }) {
    const { format } = options;
    if (format === "tensorboard") return exportEvents(operands, options, terminal);
    const subject = await subjectOf(operands, options, rest);
    const { network, trained } = subject;
    const weights = () => trained ?? initialWeights(network.nodes, options.seed);
    const content = designFile(format, network, weights);
    const binary = typeof content !== "string";
    const path = options.out ?? (binary ? `model.${format}` : undefined);
    if (path === undefined) {
      terminal.out(content as string);
      return 0;
    }
    await writeFile(path, content).catch((thrown: unknown) => {
      throw fileError(thrown, path, "write");
    });
    const which = !binary
      ? ""
      : trained === undefined
        ? ", with fresh weights: it was not trained"
        : ", with its trained weights";
    if (options.json)
      terminal.out(`${JSON.stringify({ written: path, trained: binary ? trained !== undefined : null })}\n`);
    else terminal.error(`Wrote ${path}: ${subject.title}${which}.\n`);
    return 0;
  },
});

/** A run's figures as TensorBoard's event files, by default in a folder of the run's. */
async function exportEvents(
  operands: readonly string[],
  { out, json }: z.output<typeof flags>,
  terminal: Terminal,
): Promise<number> {
  const [folder] = operands;
  if (folder === undefined || operands.length > 1)
    throw new GeniusError("wrong-use", "Name one run's folder: genius export runs/… --format tensorboard.");
  const { journal } = await openRun(folder);
  const logs = out ?? join(folder, "tensorboard");
  const { writeTensorboard } = await import("../runs/tensorboard.ts");
  const written = await writeTensorboard(journal, logs);
  if (json) terminal.out(`${JSON.stringify({ written })}\n`);
  else terminal.error(`Wrote ${written.length} event files. Look at them: tensorboard --logdir ${logs}\n`);
  return 0;
}

async function subjectOf(
  operands: readonly string[],
  options: z.output<typeof flags>,
  rest: Readonly<Record<string, string | boolean>>,
): Promise<Subject> {
  const [folder] = operands;
  if (operands.length > 1 || (folder === undefined) === (options.choices === undefined)) {
    throw new GeniusError(
      "wrong-use",
      "Name either one run's folder, or a design with --choices and --space.",
    );
  }
  if (folder === undefined) {
    if (options.space === undefined)
      throw new GeniusError("wrong-use", "--choices needs --space, which says what they mean.");
    const space = await openSpaceByFlags(options.space, rest, Object.keys(flags.shape));
    const choices = parseChoices(space, options.choices!);
    return {
      network: space.decode(choices),
      title: `${space.name} ${keyOf(space, choices)}`,
      trained: undefined,
    };
  }
  const run = await openRun(folder);
  const { space } = run;
  const best = run.journal.selected;
  if (best === undefined) throw new GeniusError("not-found", `${folder} has no scored design yet.`);
  const network = space.decode(best.proposal.choices);
  const title = `trial ${best.number} of ${folder}, ${space.name} ${keyOf(space, best.proposal.choices)}`;
  return { network, title, trained: await trainedWeights(run, best, network) };
}
