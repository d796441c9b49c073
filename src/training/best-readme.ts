// The text that lies in `best/` beside the files of a trained network: what each is, what goes in and what comes out.
import { withoutHidden } from "../base/hidden-characters.ts";
import type { FeatureShape } from "../graph/network.ts";

export interface BestReadme {
  readonly network: string;
  /** Names of the files that were written. */
  readonly files: readonly string[];
  readonly shape: FeatureShape;
  readonly classNames: readonly string[];
}

const maxClasses = 100;

export function bestReadme({ network, files, shape, classNames }: BestReadme): string {
  const [channels, height, width] = shape;
  const colour = channels === 3 ? ", red, green and blue" : "";
  const words: Readonly<Record<string, string>> = {
    "model.onnx": `the network for onnxruntime: \`images\`, float32 [batch, ${channels}, ${height}, ${width}]${colour}, pixels from 0 to 1; gives \`scores\`, before softmax`,
    "model.int8.onnx": "the same input and output, computed in 8 bits",
    "model.int8.tflite": `8-bit integers for TFLite, LiteRT and TFLite Micro: \`images\`, int8 [1, ${height}, ${width}, ${channels}]${colour}, each pixel's byte less 128; gives \`scores\`, int8, cut off below what second-best classes reach: the largest is the class, and probabilities of small ones are too high`,
    "c/classifier.h":
      "the same integers as self-contained C for a microcontroller: `c/README.md` says how to call it, and `c/main.c` tries it on three images",
    "int8.json":
      "the ranges of the network's maps and three images, from which files for devices are written",
    "weights.safetensors": "the weights by name, float32",
    "model.py": "the network as a PyTorch module, which takes normalised images and loads these weights",
    "samples.json": "test images with what the network says of them",
    "test.json": "accuracy on the test images, by class, with the confusion matrix",
  };
  const rows = files.flatMap((name) =>
    words[name] === undefined ? [] : [`| \`${name}\` | ${words[name]} |`],
  );
  const shown = classNames.slice(0, maxClasses).map((name, place) => `${place} ${plain(name)}`);
  const rest = classNames.length - shown.length;
  const classes = `${shown.join(", ")}${rest > 0 ? ` and ${rest} more, which are in the metadata of the models` : ""}`;
  return `# ${plain(network)}

| file | what it is |
|---|---|
${rows.join("\n")}

The models subtract mean and deviation of the training images by themselves: subtract nothing. Bring images to ${height} × ${width} pixels first.

Classes, in the order of the scores: ${classes}.

\`\`\`sh
npx genius predict model.onnx image.png
\`\`\`

\`genius export RUN --format c\` (\`tflite-int8\`, \`tflite\`, \`onnx-int8\`) writes files for devices with a README and the scores that must come out of
three images.
`;
}

/** Names come from outside: they must stay text. */
const plain = (text: string) =>
  withoutHidden(text)
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]{}|~!<>&#]/g, (found) => `&#${found.charCodeAt(0)};`);
