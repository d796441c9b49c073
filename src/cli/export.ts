// `genius export`: a design as a file that other programs read. A run's best design comes with its trained weights
// where there are any; a design from --choices has fresh ones.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Exported, exportNetwork, exportRun } from "../api/export-network.ts";
import { fileError, GeniusError } from "../base/errors.ts";
import { jsonLine, style } from "../base/terminal-text.ts";
import { isText } from "../catalog/load.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { openSpaceByFlags } from "../command/members.ts";
import { type DesignFormat, designFormats } from "../runs/export-design.ts";
import { openRun } from "../runs/open-run.ts";

const flags = z.object({
  choices: z.string().optional().describe("a design instead of a run's best").meta({ placeholder: "C" }),
  space: z.string().optional().describe("the design's space, with --choices").meta({ placeholder: "NAME" }),
  format: z.enum([...designFormats, "tensorboard"]).describe("what to write"),
  out: z
    .string()
    .optional()
    .describe(
      "where to (default: standard output for text; else model.onnx or model.safetensors, untrained.… with random weights; of tensorboard, the folder)",
    )
    .meta({ placeholder: "FILE" }),
  weights: z
    .string()
    .optional()
    .describe("of a network: its weights, as the .safetensors file of genius import (default: random ones)")
    .meta({ placeholder: "FILE" }),
  seed: z.int().min(0).default(1).describe("of random weights, where no trained ones are available"),
  json: z.boolean().default(false).describe("say what was written as JSON"),
});

export default defineCommand({
  options: flags,
  passesRest: true,
  more: `Examples:
  genius export runs/… --format onnx --out model.onnx
  genius export runs/… --format tensorboard --out logs   (again while the search runs: what is new is appended)
  genius export runs/… --format text > net.txt   (a text to change, cost and train: docs/guide/own-network.md)
  genius export net.txt --format pytorch > model.py
  genius export net.txt --weights net.safetensors --format onnx --out again.onnx
  genius export --space nas-bench-macro --choices 22212220 --format pytorch > model.py`,
  async run({ operands, options, rest, terminal }) {
    const { format } = options;
    if (format === "tensorboard") return exportEvents(operands, options, terminal);
    const { content, title, trained } = await exported(operands, { ...options, format }, rest);
    const binary = typeof content !== "string";
    const path = options.out ?? (binary ? `${trained ? "model" : "untrained"}.${format}` : undefined);
    if (path === undefined) {
      terminal.out(content as string);
      return 0;
    }
    await writeFile(path, content).catch((thrown: unknown) => {
      throw fileError(thrown, path, "write");
    });
    if (trained === false) terminal.error(`${style("yellow", untrainedWarning(operands))}\n`);
    const which = trained === undefined ? "" : `, with ${trained ? "its trained" : "random"} weights`;
    if (options.json) terminal.out(jsonLine({ written: path, trained: trained ?? null }));
    else terminal.error(`Wrote ${path}: ${title}${which}.\n`);
    return 0;
  },
});

function untrainedWarning([folder]: readonly string[]): string {
  const train =
    folder === undefined
      ? "Train it with: genius train --space NAME --choices C DATA"
      : `Where the run trains, this finishes it: genius resume ${folder}`;
  return `WARNING: this network was not trained to its end, so its weights are RANDOM and it predicts nothing. ${train}`;
}

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
  if (json) terminal.out(jsonLine({ written }));
  else terminal.error(`Wrote ${written.length} event files. Look at them: tensorboard --logdir ${logs}\n`);
  return 0;
}

async function exported(
  operands: readonly string[],
  options: Omit<z.output<typeof flags>, "format"> & { readonly format: DesignFormat },
  rest: Readonly<Record<string, string | boolean>>,
): Promise<Exported> {
  const [folder] = operands;
  const { choices, space: name, format, seed, weights } = options;
  if (folder !== undefined && operands.length === 1 && name === undefined && isText(folder)) {
    const space = await openSpaceByFlags(folder, rest, Object.keys(flags.shape));
    return exportNetwork({ space, choices: choices ?? [] }, { format, seed, weights });
  }
  if (operands.length > 1 || (folder === undefined) === (choices === undefined)) {
    throw new GeniusError(
      "wrong-use",
      "Name either one run's folder, or a design with --choices and --space.",
    );
  }
  if (folder !== undefined) {
    if (weights !== undefined)
      throw new GeniusError("wrong-use", "A run has its own weights: leave out --weights.");
    return exportRun(folder, { format, seed });
  }
  if (name === undefined)
    throw new GeniusError("wrong-use", "--choices needs --space, which says what they mean.");
  const space = await openSpaceByFlags(name, rest, Object.keys(flags.shape));
  return exportNetwork({ space, choices: choices! }, { format, seed, weights });
}
