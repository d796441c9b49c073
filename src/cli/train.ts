// `genius train`: one network without a search – a reference fitted to limits, or a design of a space – trained at full
// length, tested once and written as files.
import { z } from "zod";
import type { Design } from "../api/design.ts";
import type { ReferenceDesign } from "../api/reference.ts";
import { train } from "../api/train.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { formatCount, formatPercent, formatTimeLeft } from "../base/units.ts";
import { isReference, isText, loadEvaluator, unknownNetwork } from "../catalog/load.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { distribute, switchesOf } from "../command/members.ts";
import { onDoneOption, thenRun } from "../command/on-done.ts";
import { checkFlags } from "../command/options.ts";
import { networkCost } from "../graph/cost.ts";
import { limitSettings, limitsApart } from "../study/limit-settings.ts";
import { writtenWords } from "./written.ts";

const options = limitSettings.extend({
  space: z
    .string()
    .optional()
    .describe("space of the design, in place of a reference: a name from `genius list spaces`, or a file")
    .meta({ placeholder: "NAME" }),
  choices: z
    .string()
    .optional()
    .describe("the design, with --space: 02012100 or 0,2,0,1,2,1,0,0")
    .meta({ placeholder: "C" }),
  evaluator: z.enum(["train", "torch"]).default("train").describe("what trains: this process, or PyTorch"),
  minutes: z
    .number()
    .positive()
    .optional()
    .describe("wall time of it all: opening the images, training, test and files (default: by epochs)")
    .meta({ placeholder: "N" }),
  weights: z
    .string()
    .optional()
    .describe("weights to begin with: the .safetensors file of genius import (default: random ones)")
    .meta({ placeholder: "FILE" }),
  seed: z.number().int().nonnegative().default(1).describe("seed of weights, order of the data and split"),
  out: z
    .string()
    .optional()
    .describe("folder of the result; a stopped training continues there (default: trained/NET)")
    .meta({ placeholder: "DIR" }),
  onDone: onDoneOption,
  json: z.boolean().default(false).describe("the result as one JSON object on standard output"),
});

export default defineCommand({
  options,
  passesRest: true,
  more: `NET is a text of a network (net.txt, see docs/guide/own-network.md), or a reference from \`genius list references\`, as wide as the limits allow; without limits it is as published. A text or a design is trained if it keeps the limits. The
evaluator's options are options here as well: --final-epochs, --batch-size, --int8 …

Examples:
  genius train net.txt digits
  genius train net.txt ./photos --weights net.safetensors
  genius train resnet-8 digits --max-params 20k
  genius train mobilenet-v2 ./photos --max-macs 20M --minutes 30 --out runs/shelf
  genius train --space nas-bench-macro --choices 22212220 ./cifar10`,
  switches: async ({ evaluator }) =>
    switchesOf([await loadEvaluator(evaluator === "torch" ? "torch" : "train")]),
  async run({ operands, options: given, rest, terminal }) {
    const { space, choices, evaluator, minutes, weights, seed, json } = given;
    const { limits } = limitsApart(given);
    const { subject, name, data } = subjectOf(operands, { space, choices, limits });
    const definition = await loadEvaluator(evaluator);
    const [flags = {}] = await distribute(rest, [definition], Object.keys(options.shape));
    checkFlags(definition.options, flags);
    const out = given.out ?? `trained/${name}`;
    return thenRun(given.onDone, { name: "train", terminal, folder: () => out }, async () => {
      const started = performance.now();
      const say = epochLine(terminal);
      const result = await train(subject, {
        ...{ data, out, evaluator, evaluatorOptions: flags, minutes, weights, seed },
        ...(!("reference" in subject) && { limits }),
        ...{ signal: terminal.signal, environment: terminal.environment },
        onEvent(event) {
          if (event.kind === "preparing") terminal.error(`${event.text}\n`);
          else {
            const { epoch, trainLoss, validation } = event.point;
            const words = [`training loss ${trainLoss.toFixed(3)}`];
            if (validation.accuracy !== undefined)
              words.push(`validation accuracy ${formatPercent(validation.accuracy)}`);
            const leftMs = 60_000 * (minutes ?? 0) - (performance.now() - started);
            if (leftMs > 0) words.push(`about ${formatTimeLeft(leftMs)} left`);
            const isDue = minutes !== undefined || epoch % 5 === 0;
            say(`epoch ${Number(epoch.toFixed(1))}: ${words.join(", ")}`, isDue);
          }
        },
      });
      if (result.curve.length === 0)
        terminal.error(
          `The training in ${out} was finished already. Another folder with --out trains the network again.\n`,
        );
      const cost = networkCost(result.network);
      if (json) {
        const { testMetrics, testAccuracy01 = null, files, folder, test } = result;
        terminal.out(jsonLine({ network: name, ...cost, testMetrics, testAccuracy01, files, folder, test }));
        return 0;
      }
      const { testAccuracy01 } = result;
      const accuracy = testAccuracy01 === undefined ? "" : `, test accuracy ${formatPercent(testAccuracy01)}`;
      terminal.out(
        `${terminal.isInteractive ? "\n" : ""}${name}: ${formatCount(cost.paramCount)} parameters, ${formatCount(cost.macCount)} MACs${accuracy}\n`,
      );
      terminal.out(`Written to ${out}: ${writtenWords(out, result.files)}\n`);
      return 0;
    });
  },
});

/** Says how far it is: on a terminal in place of the line before, elsewhere those that are due. */
function epochLine(terminal: Terminal): (words: string, isDue: boolean) => void {
  let width = 0;
  return (words, isDue) => {
    if (terminal.isInteractive) terminal.error(`\r${words.padEnd(width)} `);
    else if (isDue) terminal.error(`${words}\n`);
    width = words.length;
  };
}

interface Asked {
  readonly subject: ReferenceDesign | Design;
  readonly name: string;
  readonly data: string;
}

function subjectOf(
  operands: readonly string[],
  {
    space,
    choices,
    limits,
  }: {
    readonly space: string | undefined;
    readonly choices: string | undefined;
    readonly limits: NonNullable<ReferenceDesign["limits"]>;
  },
): Asked {
  const [text, images] = operands;
  if (
    space === undefined &&
    text !== undefined &&
    images !== undefined &&
    operands.length === 2 &&
    isText(text)
  ) {
    const file = text.replace(/^.*[/\\]|\.txt$/g, "");
    const name = choices === undefined ? file : `${file}-${choices.replaceAll(",", "-")}`;
    return { subject: { space: text, choices: choices ?? [] }, name, data: images };
  }
  if ((space === undefined) !== (choices === undefined))
    throw new GeniusError("wrong-use", "A design needs both --space and --choices.");
  const isDesign = space !== undefined && choices !== undefined;
  const data = operands[isDesign ? 0 : 1];
  if (data === undefined || operands.length !== (isDesign ? 1 : 2)) {
    throw new GeniusError(
      "wrong-use",
      "Name a network and the data: genius train resnet-8 ./photos, or genius train --space NAME --choices C ./photos",
    );
  }
  if (!isDesign) {
    const reference = operands[0] as string;
    if (!isReference(reference) && !/\.[cm]?[jt]s$/.test(reference)) throw unknownNetwork(reference);
    return { subject: { reference, limits }, name: reference.replace(/^.*[/\\]|\.[cm]?[jt]s$/g, ""), data };
  }
  return {
    subject: { space, choices },
    name: `${space.replace(/^.*[/\\]|\.[cm]?[jt]s$/g, "")}-${choices.replaceAll(",", "-")}`,
    data,
  };
}
