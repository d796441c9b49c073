// TFLite in 8-bit integers, for TFLite, LiteRT and TFLite Micro: the arithmetic of Google's reference kernels.
import { defineDeviceFormat } from "../device-format.ts";
import { deviceNetwork } from "../device-network.ts";
import { type IntegerValue, integerNetwork, rangesToMeasure } from "../integer-network.ts";
import { imageOf, runInteger } from "../run-integer.ts";
import { encodeTflite } from "../tflite/model.ts";
import { int8Tflite } from "../tflite/network.ts";
import { ramOf } from "../tflite/promised.ts";

export default defineDeviceFormat({
  name: "tflite-int8",
  summary: "a TFLite file in 8-bit integers, for TFLite, LiteRT and TFLite Micro",
  source: "https://ai.google.dev/edge/litert/models/quantization_spec",
  file: "model.int8.tflite",
  precision: "int8",
  async write(design) {
    const device = deviceNetwork(design);
    const integer = integerNetwork(device, design.rangesOf(rangesToMeasure(device)));
    const model = int8Tflite(integer, design.metadata);
    return {
      bytes: encodeTflite(model),
      ram: ramOf(model),
      scores: design.images.map((pixels) => runInteger(integer, imageOf(integer, pixels))),
      scoreGrid: (integer.values[integer.output] as IntegerValue).grid,
    };
  },
  input: ([height, width, channels]) =>
    `\`images\` [1, ${height}, ${width}, ${channels}] (channels last), int8, each pixel byte less 128.`,
  python: {
    open: (
      file,
    ) => `from ai_edge_litert.interpreter import Interpreter, OpResolverType  # pip install ai-edge-litert

# The kernels that define the arithmetic. The fast ones, without this argument, round in another way: a few steps.
kernels = OpResolverType.BUILTIN_REF
network = Interpreter(${file}, experimental_op_resolver_type=kernels).get_signature_runner()`,
    scores: `network(images=(image.astype(np.int16) - 128).astype(np.int8))["scores"]`,
    tolerance: "0",
  },
});
