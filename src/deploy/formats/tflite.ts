// TFLite in 32-bit floats, for TFLite, LiteRT and TFLite Micro.
import { exportOnnx } from "../../graph/export/onnx.ts";
import { defineDeviceFormat } from "../device-format.ts";
import { deviceNetwork } from "../device-network.ts";
import { encodeTflite } from "../tflite/model.ts";
import { floatTflite } from "../tflite/network.ts";
import { ramOf } from "../tflite/promised.ts";

export default defineDeviceFormat({
  name: "tflite",
  summary: "a TFLite file in floats",
  source: "https://ai.google.dev/edge/litert",
  file: "model.tflite",
  precision: "float",
  async write(design) {
    const model = floatTflite(deviceNetwork(design), design.metadata);
    const scores = await design.scoresOf(exportOnnx(design));
    return { bytes: encodeTflite(model), scores, ram: ramOf(model) };
  },
  input: ([height, width, channels]) =>
    `\`images\` [1, ${height}, ${width}, ${channels}] (channels last), float32, pixels from 0 to 1.`,
  python: {
    open: (file) => `from ai_edge_litert.interpreter import Interpreter  # pip install ai-edge-litert

network = Interpreter(${file}).get_signature_runner()`,
    scores: `network(images=image.astype(np.float32) / 255)["scores"]`,
    tolerance: "1e-4 * np.abs(expected).max()",
  },
});
