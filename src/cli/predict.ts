// `genius predict`: what an exported model says of images. It needs the model file alone: input size, normalisation
// and class names are in it.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError, GeniusError, messageOf, systemCodeOf } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { formatPercent } from "../base/units.ts";
import { defineCommand } from "../command/command.ts";
import { decodeOne, prepareDecoder } from "../tasks/image-classification/index.ts";
import { probabilities } from "../training/measure.ts";
import { type ModelFile, openModelFile } from "../training/model-file.ts";

export default defineCommand({
  options: z.object({
    top: z.number().int().positive().default(3).describe("classes to show for each image"),
    json: z.boolean().default(false).describe("JSON lines on standard output: one an image"),
  }),
  more: `Example:
  genius predict runs/mine/best/model.onnx cat.jpg dog.png

Images are JPEG, PNG, WebP and whatever else sharp reads; they are brought to the model's size as the training images
were. An image that cannot be read gets an error; the others are still answered, and the exit code is 1.`,
  async run({ operands, options, terminal }) {
    const [modelPath, ...images] = operands;
    if (modelPath === undefined || images.length === 0) {
      throw new GeniusError(
        "wrong-use",
        "Name a model and at least one image: genius predict model.onnx image.jpg",
      );
    }
    const model = await openModel(modelPath);
    let failed = false;
    try {
      const classNames = classNamesOf(model);
      await prepareDecoder();
      for (const image of images) {
        terminal.signal.throwIfAborted();
        try {
          const answer = await predict(model, image);
          const best = [...answer.entries()].sort((a, b) => b[1] - a[1]).slice(0, options.top);
          const predictions = best.map(([index, probability01]) => ({
            class: classNames?.[index] ?? `class ${index}`,
            probability01,
          }));
          if (options.json) terminal.out(jsonLine({ image, predictions }));
          else {
            const words = predictions.map((entry) => `${entry.class} ${formatPercent(entry.probability01)}`);
            terminal.out(`${image}: ${words.join(", ")}\n`);
          }
        } catch (thrown) {
          if (!(thrown instanceof GeniusError)) throw thrown;
          failed = true;
          const error = { code: thrown.code, message: thrown.message };
          if (options.json) terminal.out(jsonLine({ image, error }));
          else terminal.error(`${thrown.message}\n`);
        }
      }
    } finally {
      await model.dispose();
    }
    return failed ? 1 : 0;
  },
});

/** @throws GeniusError as reading does; for a folder it says what to name in its place. */
async function read(path: string, insteadOfFolder: () => string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (systemCodeOf(thrown) !== "EISDIR") throw fileError(thrown, path, "read");
    throw new GeniusError("bad-file", `${path} is a folder. ${insteadOfFolder()}`, { cause: thrown });
  }
}

async function openModel(path: string): Promise<ModelFile> {
  const bytes = await read(path, () => {
    const found = ["best/model.onnx", "model.onnx"].map((name) => join(path, name)).find(existsSync);
    return found === undefined
      ? "It holds no best/model.onnx, which a finished search writes."
      : `Name the model in it: genius predict ${found} IMAGE…`;
  });
  let model: ModelFile;
  try {
    model = await openModelFile(bytes);
  } catch (thrown) {
    if (!(thrown instanceof GeniusError)) throw thrown;
    throw new GeniusError(thrown.code, `${path}: ${thrown.message}`, { cause: thrown });
  }
  if (model.metadata.normalisation !== undefined) return model;
  await model.dispose();
  throw new GeniusError(
    "bad-model-file",
    `${path} does not say how its images are normalised, so it was not written by a search. Give the best/model.onnx of a run.`,
  );
}

function classNamesOf({ metadata }: ModelFile): readonly string[] | undefined {
  try {
    return z.array(z.string()).parse(JSON.parse(metadata.class_names ?? ""));
  } catch {
    return undefined;
  }
}

/** The scale of the 16-bit images that the model was trained on, if there were any. */
function levelsOf({ metadata }: ModelFile): { low: number; high: number } | undefined {
  try {
    return z.object({ low: z.number(), high: z.number() }).parse(JSON.parse(metadata.levels ?? ""));
  } catch {
    return undefined;
  }
}

/** Probabilities of the classes. */
async function predict(model: ModelFile, path: string): Promise<Float64Array> {
  const bytes = await read(path, () => `Name the images in it: genius predict MODEL ${join(path, "*")}`);
  const decoded = await decodeOne(bytes, path, { shape: model.shape, levels: levelsOf(model) });
  if ("broken" in decoded) {
    throw new GeniusError("bad-data", `${path} is not an image that can be read: ${decoded.broken}.`);
  }
  const scores = await model.run(Float32Array.from(decoded.pixels, (pixel) => pixel / 255)).catch((cause) => {
    throw new GeniusError("bad-model-file", `The model failed on ${path}: ${messageOf(cause)}`, { cause });
  });
  return probabilities(scores, 0, scores.length);
}
