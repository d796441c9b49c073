// `genius export`: a design as a file that other programs read, or as C that they build. A run's best design comes with its trained weights
// where there are any; a design from --choices has fresh ones.
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { Subject } from "../api/design.ts";
import { type Exported, exportC, exportNetwork, exportRun } from "../api/export-network.ts";
import { GeniusError } from "../base/errors.ts";
import { writeNamed } from "../base/named-output.ts";
import { jsonLine, style } from "../base/terminal-text.ts";
import { writeWhole } from "../base/write-whole.ts";
import { isNetwork } from "../catalog/load.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { openSpaceByFlags } from "../command/members.ts";
import { unknownFlag } from "../command/options.ts";
import { deviceFormats } from "../deploy/formats/_formats.ts";
import { type CFormat, cFormats } from "../runs/export-c.ts";
import { type DesignFormat, designFormats } from "../runs/export-design.ts";
import type { DeviceFormat } from "../runs/export-device.ts";
import { openRun } from "../runs/open-run.ts";
import { writeForDevice } from "./export-device.ts";
import { textOfSpace } from "./text-facts.ts";

const deviceFormatNames = Object.keys(deviceFormats) as [DeviceFormat, ...DeviceFormat[]];
const isDeviceFormat = (format: string): format is DeviceFormat => Object.hasOwn(deviceFormats, format);

const flags = z.object({
  choices: z.string().optional().describe("a design instead of a run's best").meta({ placeholder: "C" }),
  space: z.string().optional().describe("the design's space, with --choices").meta({ placeholder: "NAME" }),
  format: z
    .enum([...designFormats, ...cFormats, ...deviceFormatNames, "tensorboard"])
    .describe(
      "what to write; for devices: tflite (floats), tflite-int8, onnx-int8, c (a folder, 8-bit integers), c-float",
    ),
  out: z
    .string()
    .optional()
    .describe(
      "where to (default: standard output for text; else model.onnx or model.safetensors, untrained.… with random weights; of c and tensorboard, the folder)",
    )
    .meta({ placeholder: "FILE" }),
  weights: z
    .string()
    .optional()
    .describe("of a network: its weights, as the .safetensors file of genius import (default: random ones)")
    .meta({ placeholder: "FILE" }),
  data: z
    .string()
    .optional()
    .describe(
      "8 bits of a network trained without --int8: the images that it was trained on, to measure the ranges of its maps (default: those of the run)",
    )
    .meta({ placeholder: "DATASET" }),
  seed: z.int().min(0).default(1).describe("of random weights, where no trained ones are available"),
  json: z.boolean().default(false).describe("say what was written as JSON"),
});

export default defineCommand({
  options: flags,
  passesRest: true,
  more: `Examples:
  genius export runs/… --format onnx --out model.onnx
  genius export runs/… --format c --out classifier   (classifier.h, a program that tries it, and a README)
  genius export runs/… --format tflite-int8 --data photos   (8 bits of a run without --int8 whose images have moved)
  genius export runs/… --format tflite-int8   (model.int8.tflite, how to call it, and what must come out of three images)
  genius export runs/… --format tensorboard --out logs   (again while the search runs: what is new is appended)
  genius export runs/… --format text > net.txt   (a text to change, cost and train: docs/guide/own-network.md)
  genius export net.txt --format pytorch > model.py
  genius export resnet-8 --format text > mine.txt   (one of genius list references, to change)
  genius export trained/net --format c   (the folder that genius train wrote, trained with --int8)
  genius export --space mobile --image-size 28 --channels 1 --format text --out mine.txt   (a space to change and search)
  genius export net.txt --weights net.safetensors --format onnx --out again.onnx
  genius export --space nas-bench-macro --choices 22212220 --format pytorch > model.py`,
  async run({ operands, options, rest, terminal }) {
    const { format } = options;
    const isOfRun = format === "tensorboard" || (operands.length === 1 && !isNetwork(operands[0] as string));
    const [unknown] = Object.keys(rest);
    if (isOfRun && unknown !== undefined) throw unknownFlag(unknown, Object.keys(flags.shape));
    if (format === "tensorboard") return exportEvents(operands, options, terminal);
    // Without choices it is the space that is written.
    if (
      operands.length === 0 &&
      options.choices === undefined &&
      options.space !== undefined &&
      format === "text"
    )
      return exportSpace(options.space, { options, rest, terminal });
    const subject = await subjectOf(operands, options, rest);
    const isC = format === "c" || format === "c-float";
    const isInteger = isDeviceFormat(format) ? deviceFormats[format].precision === "int8" : format === "c";
    if (options.data !== undefined && !(isInteger && "folder" in subject))
      throw new GeniusError(
        "wrong-use",
        "--data is for 8 bits of a network that was trained: genius export runs/… --format c|tflite-int8|onnx-int8.",
      );
    if (options.weights !== undefined && (isC || isDeviceFormat(format)))
      throw new GeniusError(
        "wrong-use",
        `--format ${format} takes no --weights: export a run that trained the network.`,
      );
    if (isC) return writeC(subject, { ...options, format }, terminal);
    if (isDeviceFormat(format)) {
      const isTrained = await writeForDevice(subject, { ...options, format }, terminal);
      if (!isTrained) terminal.error(`${style("yellow", untrainedWarning(operands[0]))}\n`);
      return 0;
    }
    const { content, title, trained } = await exported(subject, { ...options, format });
    const binary = typeof content !== "string";
    const path = options.out ?? (binary ? `${trained ? "model" : "untrained"}.${format}` : undefined);
    if (path === undefined) {
      terminal.out(content as string);
      return 0;
    }
    await writeNamed(path, content);
    if (trained === false) terminal.error(`${style("yellow", untrainedWarning(operands[0]))}\n`);
    const which = trained === undefined ? "" : `, with ${trained ? "its trained" : "random"} weights`;
    if (options.json) terminal.out(jsonLine({ written: path, trained: trained ?? null }));
    else terminal.error(`Wrote ${path}: ${title}${which}.\n`);
    return 0;
  },
});

function untrainedWarning(folder: string | undefined): string {
  const train =
    folder === undefined
      ? "Train it with: genius train --space NAME --choices C DATA"
      : isNetwork(folder)
        ? `Train it with: genius train ${folder} DATA`
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

async function exportSpace(
  name: string,
  {
    options: { out, json },
    rest,
    terminal,
  }: {
    readonly options: z.output<typeof flags>;
    readonly rest: Readonly<Record<string, string | boolean>>;
    readonly terminal: Terminal;
  },
): Promise<number> {
  const text = textOfSpace(await openSpaceByFlags(name, rest, Object.keys(flags.shape)));
  if (out === undefined) terminal.out(text);
  else await writeNamed(out, text);
  if (out !== undefined && json) terminal.out(jsonLine({ written: out }));
  else if (out !== undefined) terminal.error(`Wrote ${out}: the space ${name}.\n`);
  return 0;
}

type Given = { readonly folder: string } | { readonly subject: Subject };

async function subjectOf(
  operands: readonly string[],
  { choices, space: name }: Pick<z.output<typeof flags>, "choices" | "space">,
  rest: Readonly<Record<string, string | boolean>>,
): Promise<Given> {
  const [folder] = operands;
  const openSpace = (given: string) => openSpaceByFlags(given, rest, Object.keys(flags.shape));
  if (folder !== undefined && operands.length === 1 && name === undefined && isNetwork(folder))
    return { subject: { space: await openSpace(folder), choices: choices ?? [] } };
  if (operands.length > 1 || (folder === undefined) === (choices === undefined)) {
    throw new GeniusError(
      "wrong-use",
      "Name either one run's folder, or a design with --choices and --space.",
    );
  }
  if (folder !== undefined && name !== undefined)
    throw new GeniusError("wrong-use", "A run has a space of its own: leave out --space.");
  if (folder !== undefined) return { folder };
  if (name === undefined)
    throw new GeniusError("wrong-use", "--choices needs --space, which says what they mean.");
  return { subject: { space: await openSpace(name), choices: choices! } };
}

function exported(
  given: Given,
  options: { readonly format: DesignFormat; readonly seed: number; readonly weights?: string | undefined },
): Promise<Exported> {
  if (!("folder" in given)) return exportNetwork(given.subject, options);
  if (options.weights !== undefined)
    throw new GeniusError("wrong-use", "A run has its own weights: leave out --weights.");
  return exportRun(given.folder, options);
}

/** C in a folder, whose name the header has. */
async function writeC(
  given: Given,
  { format, seed, out, json, data }: z.output<typeof flags> & { readonly format: CFormat },
  terminal: Terminal,
): Promise<number> {
  const folder = out ?? (format === "c" ? "model" : "model-float");
  const { files, title, trained } = await exportC(given, {
    ...{ format, seed, name: basename(resolve(folder)), data, environment: terminal.environment },
    onProgress: (text) => terminal.error(`${text}\n`),
  });
  const names = [...files.keys()];
  const own = names.find((name) => name.endsWith(".h")) as string;
  const taken = existsSync(join(folder, own))
    ? undefined
    : names.find((name) => existsSync(join(folder, name)));
  if (taken !== undefined)
    throw new GeniusError(
      "wrong-use",
      `${folder} has a file ${taken} of another origin. Choose another folder with --out.`,
    );
  for (const [name, content] of files) await writeWhole(join(folder, name), content);
  if (!trained)
    terminal.error(`${style("yellow", untrainedWarning("folder" in given ? given.folder : undefined))}\n`);
  if (json) terminal.out(jsonLine({ written: names.map((name) => join(folder, name)), trained }));
  else
    terminal.error(
      `Wrote ${join(folder, own)} and how to use it: ${title}, with ${trained ? "its trained" : "random"} weights.\n`,
    );
  return 0;
}
