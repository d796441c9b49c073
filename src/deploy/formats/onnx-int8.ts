// ONNX in 8 bits: the inference graph with QuantizeLinear and DequantizeLinear around its operators, for onnxruntime.
import { inferenceModel } from "../../graph/export/onnx.ts";
import { quantise, valuesToMeasure } from "../../graph/export/quantise.ts";
import { encodeOnnxModel } from "../../graph/onnx/model.ts";
import { defineDeviceFormat } from "../device-format.ts";

export default defineDeviceFormat({
  name: "onnx-int8",
  summary: "an ONNX file in 8 bits (QuantizeLinear and DequantizeLinear around the operators)",
  source: "https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html",
  file: "model.int8.onnx",
  precision: "int8",
  async write(design) {
    const model = inferenceModel(design);
    const bytes = encodeOnnxModel(quantise(model, design.rangesOf(valuesToMeasure(model))));
    return { bytes, scores: await design.scoresOf(bytes) };
  },
  input: ([height, width, channels]) =>
    `\`images\`, float32 [batch, ${channels}, ${height}, ${width}], pixels from 0 to 1.`,
  python: {
    open: (file) => `import onnxruntime  # pip install onnxruntime

session = onnxruntime.InferenceSession(${file})`,
    scores: `session.run(None, {"images": image.transpose(0, 3, 1, 2).astype(np.float32) / 255})[0]`,
    tolerance: "np.abs(expected).max() / 50",
  },
});
