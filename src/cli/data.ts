// `genius data`: what is understood of a dataset, before anything is trained on it. Reads and decodes it as a search
// would, so that the search that follows begins at once.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { jsonLine, terminalSafe } from "../base/terminal-text.ts";
import { defineCommand } from "../command/command.ts";
import { type DatasetReport, layoutLines } from "../tasks/image-classification/index.ts";
import { imageSizeOption } from "../tasks/image-size.ts";
import { openTask } from "../tasks/index.ts";
import { trainOptions } from "../training/options.ts";
import { imagesOfClasses } from "../training/samples.ts";

/** More would make one object of megabytes. */
const maxSampledClasses = 20;

export default defineCommand({
  options: z.object({
    task: z
      .string()
      .optional()
      .describe(
        "what the data are for: a name of genius list tasks, or a file of your own (default: image-classification)",
      )
      .meta({ placeholder: "NAME|FILE" }),
    imageSize: imageSizeOption({ min: 4, max: 1024 })
      .optional()
      .describe(
        "size in pixels that images are brought to: 32, or 24x32 for height x width (default: their own, with a short side of 8 to 64)",
      ),
    format: trainOptions.shape.format,
    samples: z
      .int()
      .min(0)
      .max(20)
      .default(0)
      .describe("images of each class, with --json, as PNG data addresses; of the first 20 classes"),
    json: z.boolean().default(false).describe("one JSON object on standard output"),
  }),
  more: `Shows the parts and classes that were understood, how many images each has, their sizes, and everything that is odd:
damaged and doubled images, test images in the training part, wrong endings, 16 bits, what was skipped. Exit code 1 for a
dataset that cannot be trained on.

Example:
  genius data ./photos`,
  async run({ operands, options, terminal }) {
    const [dataset, ...more] = operands;
    if (dataset === undefined || more.length > 0)
      throw new GeniusError("wrong-use", "Name one dataset: genius data ./photos");
    const { environment, signal } = terminal;
    const onProgress = (text: string) => terminal.error(`${text}\n`);
    const task = await openTask(options.task);
    const { imageSize, format } = options;
    const opened = await task.open(dataset, { environment, onProgress, signal, imageSize, format });
    const { name, shape, hash, report } = opened;
    if (options.json) {
      const { train, classNames } = opened;
      const shown = { classNames: classNames.slice(0, maxSampledClasses), perClass: options.samples };
      const samples = options.samples === 0 ? {} : { samples: await imagesOfClasses(train, shown) };
      const remarks = task.remarks(opened);
      terminal.out(jsonLine({ name, shape, hash, report, remarks, ...samples }));
      return 0;
    }
    const { layout } = report;
    const lines = [
      ...(layout === null ? [] : layoutLines(layout)),
      ...classTable(report),
      `Stored at ${storedSizes(report)} pixels (height × width); trained at ${shape[1]}×${shape[2]} with ${shape[0] === 1 ? "one channel" : "three channels"}.`,
      ...task.remarks(opened),
    ];
    // A folder's name may hold line breaks.
    for (const line of lines) terminal.out(`${terminalSafe(line)}\n`);
    return 0;
  },
});

function storedSizes({ storedSizes: { smallest, largest } }: DatasetReport): string {
  return smallest === largest ? smallest : `${smallest} to ${largest}`;
}

/** A row a class: its name and its images in each part. */
function classTable({ classes, validationCount }: DatasetReport): string[] {
  const width = Math.max(5, ...classes.map(({ name }) => [...name].length));
  const row = (name: string, counts: readonly (string | number)[]) =>
    `  ${name}${" ".repeat(width - [...name].length)}${counts.map((count) => String(count).padStart(12)).join("")}`;
  const hasValidation = validationCount > 0;
  return [
    row("class", ["training", ...(hasValidation ? ["validation"] : []), "test"]),
    ...classes.map((one) =>
      row(one.name, [one.trainCount, ...(hasValidation ? [one.validationCount] : []), one.testCount]),
    ),
  ];
}
