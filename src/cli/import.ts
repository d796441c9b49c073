// `genius import`: a .onnx file as a text of the language and a file of weights.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { importNetwork } from "../api/import-network.ts";
import { fileError, GeniusError } from "../base/errors.ts";
import { jsonLine, terminalSafe } from "../base/terminal-text.ts";
import { formatCount } from "../base/units.ts";
import { writeWhole } from "../base/write-whole.ts";
import { defineCommand } from "../command/command.ts";
import { networkCost } from "../graph/cost.ts";

const numbers = (what: string) =>
  z
    .string()
    .transform((text, context) => {
      const parts = text.split(",");
      const values = parts.map(Number);
      if (parts.every((part, index) => part.trim() !== "" && Number.isFinite(values[index]))) return values;
      context.addIssue({
        code: "custom",
        message: "must be numbers with commas between them, one for each channel",
      });
      return z.NEVER;
    })
    .optional()
    .describe(
      `${what} of each channel that the images are normalised with outside the file, for pixels from 0 to 1: 0.485,0.456,0.406`,
    )
    .meta({ placeholder: "X,…" });

const options = z.object({
  out: z
    .string()
    .optional()
    .describe("text to write (default: the model's name with .txt); the weights go beside it as .safetensors")
    .meta({ placeholder: "FILE" }),
  input: z
    .string()
    .regex(/^[1-9]\d*x[1-9]\d*x[1-9]\d*$/, "must be CHANNELSxHEIGHTxWIDTH, such as 3x224x224")
    .optional()
    .describe("size of the images, for a model that leaves it open: 3x224x224")
    .meta({ placeholder: "CxHxW" }),
  mean: numbers("mean"),
  sd: numbers("standard deviation"),
  norms: z
    .boolean()
    .default(false)
    .describe(
      "put the batch norms back that the exporter folded into convolutions, to train the network again",
    ),
  json: z.boolean().default(false).describe("what was written as one JSON object on standard output"),
});

export default defineCommand({
  options,
  more: `MODEL.onnx is a small classification network from PyTorch or another program: one input of images, one output of scores. An unknown
operator is named with its node, and nothing is written.

Examples:
  genius import mine.onnx --out mine.txt
  genius cost mine.txt
  genius train mine.txt ./photos --weights mine.safetensors
  genius export mine.txt --weights mine.safetensors --format onnx --out again.onnx
  genius search ./photos --start mine.txt

From a module of PyTorch: torch.onnx.export(model.eval(), (torch.zeros(1, 3, 32, 32),), "mine.onnx", dynamo=False)`,
  async run({ operands, options: { out, input, mean, sd, norms, json }, terminal }) {
    const [path] = operands;
    if (path === undefined || operands.length > 1)
      throw new GeniusError("wrong-use", "Name one model: genius import mine.onnx --out mine.txt");
    const bytes = await readFile(path).catch((thrown: unknown) => {
      throw fileError(thrown, path, "read");
    });
    const name = path.replace(/^.*[/\\]|\.onnx$/g, "");
    const text = out ?? path.replace(/\.onnx$|$/, ".txt");
    const weights = text.replace(/\.txt$|$/, ".safetensors");
    if (!text.endsWith(".txt"))
      throw new GeniusError("wrong-use", `A text must be called so: "${text}" does not end in .txt.`);
    // An earlier import left both; one of them alone is somebody's own.
    const own = existsSync(weights) === existsSync(text) ? undefined : existsSync(text) ? text : weights;
    if (own !== undefined)
      throw new GeniusError(
        "wrong-use",
        `${own} is there already, and the import would be written over it. Choose another name with --out.`,
      );
    const shape = input?.split("x").map(Number) as [number, number, number] | undefined;
    const imported = importNetwork(bytes, { name, input: shape, mean01: mean, sd01: sd, norms });
    for (const [file, content] of [
      [text, imported.text],
      [weights, imported.weightsFile],
    ] as const) {
      await writeWhole(file, content);
    }
    const { paramCount, macCount } = networkCost(imported.network);
    if (json) {
      terminal.out(jsonLine({ text, weights, paramCount, macCount, notes: [...imported.notes] }));
      return 0;
    }
    for (const note of imported.notes) terminal.error(`Note: ${terminalSafe(note)}\n`);
    terminal.out(
      `${imported.network.name}: ${formatCount(paramCount)} parameters, ${formatCount(macCount)} MACs\n`,
    );
    terminal.out(`Written: ${text}, ${weights}\n`);
    return 0;
  },
});
