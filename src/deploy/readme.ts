// The text beside an exported file that says how to call it: what goes in, what comes out, and three images with the scores
// that must come out. It must not know how the file was written.

import type { TfliteRam } from "./tflite/promised.ts";

export interface Readme {
  /** The file's name, without folders. */
  readonly file: string;
  readonly kind: "tflite" | "tflite-int8" | "onnx-int8";
  readonly network: string;
  readonly shape: readonly [height: number, width: number, channels: number];
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
  const { file, network, shape, classNames, examples } = given;
  const [height, width, channels] = shape;
  const classes =
    classNames.length > 0 ? classNames.map((name, place) => `${place} ${name}`).join(", ") : "as trained";
  return `# ${file}

The network ${inline(network)}, ${kindWords[given.kind]}.

- **Input** ${inputWords(given)}
- **Pixels** ${pixelWords(given)}
- **Output** \`scores\`, ${outputWords(given)}; the class is the place of the largest score.
- **Classes** ${inline(classes)}
${given.ram === undefined ? "" : `- **Memory** for feature maps: ${given.ram.interpreter.toLocaleString("en")} bytes in the interpreter with the kernels used below (XNNPACK keeps maps in memory of its own), ${given.ram.micro.toLocaleString("en")} bytes in TFLite Micro. Their own structures come on top: in TFLite Micro some kilobytes.\n`}- **Check**: \`${examples}\` holds three images of ${height} × ${width} × ${channels} bytes (height, width, channels) and the scores that must come out.
${given.remarks.map((remark) => `- ${inline(remark)}\n`).join("")}
\`\`\`python
import base64, json
import numpy as np
${script(given)}
\`\`\`
`;
}

const kindWords = {
  tflite: "as a TFLite file in floats",
  "tflite-int8": "as a TFLite file in 8-bit integers, for TFLite, LiteRT and TFLite Micro",
  "onnx-int8": "as an ONNX file in 8 bits (QuantizeLinear and DequantizeLinear around the operators)",
} as const;

/** Names come from outside: they must stay text. */
const inline = (text: string) => text.replace(/[\r\n]+/g, " ").replace(/[<>`[\]*_\\]/g, "\\$&");

function inputWords({ kind, shape: [height, width, channels] }: Readme): string {
  if (kind === "onnx-int8")
    return `\`images\`, float32 [batch, ${channels}, ${height}, ${width}], pixels from 0 to 1.`;
  const type = kind === "tflite" ? "float32, pixels from 0 to 1" : "int8, each pixel byte less 128";
  return `\`images\` [1, ${height}, ${width}, ${channels}] (channels last), ${type}.`;
}

function pixelWords({ shape }: Readme): string {
  const order = shape[2] === 3 ? "Channels are red, green, blue. " : "";
  return `${order}Mean and deviation of the training images are inside the file: subtract nothing. An image of another size is brought to this one before.`;
}

function outputWords({ kind, classNames, scoreGrid }: Readme): string {
  const size = classNames.length > 0 ? `[1, ${classNames.length}]` : "[1, classes]";
  return kind === "tflite-int8" && scoreGrid
    ? `int8 ${size}; a real score is ${scoreGrid.scale} · (score − (${scoreGrid.zeroPoint})), cut off below what second-best classes reach`
    : `float32 ${size}, before softmax`;
}

/** How far a score may be from the expected one: not at all in integers, by rounding in floats. */
const tolerances = {
  tflite: "1e-4 * np.abs(expected).max()",
  "tflite-int8": "0",
  "onnx-int8": "np.abs(expected).max() / 50",
} as const;

function script({ file, kind, examples, shape: [height, width, channels] }: Readme): string {
  const name = JSON.stringify(file);
  const open = {
    tflite: `from ai_edge_litert.interpreter import Interpreter  # pip install ai-edge-litert

network = Interpreter(${name}).get_signature_runner()`,
    "tflite-int8": `from ai_edge_litert.interpreter import Interpreter, OpResolverType  # pip install ai-edge-litert

# The kernels that define the arithmetic. The fast ones, without this argument, round in another way: a few steps.
kernels = OpResolverType.BUILTIN_REF
network = Interpreter(${name}, experimental_op_resolver_type=kernels).get_signature_runner()`,
    "onnx-int8": `import onnxruntime  # pip install onnxruntime

session = onnxruntime.InferenceSession(${name})`,
  }[kind];
  const scores = {
    tflite: `network(images=image.astype(np.float32) / 255)["scores"]`,
    "tflite-int8": `network(images=(image.astype(np.int16) - 128).astype(np.int8))["scores"]`,
    "onnx-int8": `session.run(None, {"images": image.transpose(0, 3, 1, 2).astype(np.float32) / 255})[0]`,
  }[kind];
  return `${open}
for example in json.load(open(${JSON.stringify(examples)})):
    image = np.frombuffer(base64.b64decode(example["pixels"]), np.uint8)
    image = image.reshape(1, ${height}, ${width}, ${channels})
    scores, expected = ${scores}[0], np.array(example["scores"])
    print("class", scores.argmax(), "scores", scores)
    assert np.abs(scores - expected).max() <= ${tolerances[kind]}`;
}
