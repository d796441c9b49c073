// The text beside an exported file that says how to call it: what goes in, what comes out, and three images with the scores
// that must come out. It must not know how the file was written.
import type { DeviceFormatDefinition, ImageShape } from "./device-format.ts";
import type { TfliteRam } from "./tflite/promised.ts";

export interface Readme {
  /** The file's name, without folders. */
  readonly file: string;
  readonly format: Pick<DeviceFormatDefinition, "summary" | "input" | "python">;
  readonly network: string;
  readonly shape: ImageShape;
  readonly classNames: readonly string[];
  /** For feature maps, where an interpreter plans their memory. */
  readonly ram?: TfliteRam;
  /** Of the 8-bit scores. */
  readonly scoreGrid?: { readonly scale: number; readonly zeroPoint: number };
  /** What a user must know beside. */
  readonly remarks: readonly string[];
  /** The file with the three images. */
  readonly examples: string;
}

/** One of the three images. */
export interface Example {
  /** Base64 of bytes [height, width, channels]. */
  readonly pixels: string;
  /** In the file's own type. */
  readonly scores: readonly number[];
}

export function readmeOf(given: Readme): string {
  const { file, format, network, shape, classNames, examples } = given;
  const [height, width, channels] = shape;
  const classes =
    classNames.length > 0 ? classNames.map((name, place) => `${place} ${name}`).join(", ") : "as trained";
  return `# ${file}

The network ${inline(network)}, as ${format.summary}.

- **Input** ${format.input(shape)}
- **Pixels** ${pixelWords(given)}
- **Output** \`scores\`, ${outputWords(given)}; the class is the place of the largest score.
- **Classes** ${inline(classes)}
${given.ram === undefined ? "" : `- **Memory** for feature maps: ${given.ram.interpreter.toLocaleString("en")} bytes in the interpreter of TFLite and LiteRT with its reference kernels (XNNPACK, its default, keeps maps in memory of its own), ${given.ram.micro.toLocaleString("en")} bytes in TFLite Micro. Their own structures come on top: in TFLite Micro some kilobytes.\n`}- **Check**: \`${examples}\` holds three images of ${height} × ${width} × ${channels} bytes (height, width, channels) and the scores that must come out.
${given.remarks.map((remark) => `- ${inline(remark)}\n`).join("")}
\`\`\`python
import base64, json
import numpy as np
${script(given)}
\`\`\`
`;
}

/** What a user of a network that was trained on images of 16 bits must know. */
export const levelRemarks = (
  levels: { readonly low: number; readonly high: number } | undefined,
): readonly string[] =>
  levels === undefined
    ? []
    : [
        `It was trained on images of 16 bits: the level ${levels.low} became 0 and ${levels.high} became 255. Scale images in the same way.`,
      ];

/** Names come from outside: they must stay text. */
const inline = (text: string) => text.replace(/[\r\n]+/g, " ").replace(/[<>`[\]*_\\]/g, "\\$&");

function pixelWords({ shape }: Readme): string {
  const order = shape[2] === 3 ? "Channels are red, green, blue. " : "";
  return `${order}Mean and deviation of the training images are inside the file: subtract nothing. An image of another size is brought to this one before.`;
}

function outputWords({ classNames, scoreGrid }: Readme): string {
  const size = classNames.length > 0 ? `[1, ${classNames.length}]` : "[1, classes]";
  return scoreGrid
    ? `int8 ${size}; a real score is ${scoreGrid.scale} · (score − (${scoreGrid.zeroPoint})), cut off below what second-best classes reach`
    : `float32 ${size}, before softmax`;
}

function script({ file, format: { python }, examples, shape: [height, width, channels] }: Readme): string {
  return `${python.open(JSON.stringify(file))}
for example in json.load(open(${JSON.stringify(examples)})):
    image = np.frombuffer(base64.b64decode(example["pixels"]), np.uint8)
    image = image.reshape(1, ${height}, ${width}, ${channels})
    scores, expected = ${python.scores}[0], np.array(example["scores"])
    print("class", scores.argmax(), "scores", scores)
    assert np.abs(scores - expected).max() <= ${python.tolerance}`;
}
