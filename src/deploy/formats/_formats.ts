// Written by `npm run catalog`; do not edit. The formats for devices, loaded when one is written.

export const deviceFormats = {
  "onnx-int8": { file: "model.int8.onnx", precision: "int8", load: () => import("./onnx-int8.ts") },
  tflite: { file: "model.tflite", precision: "float", load: () => import("./tflite.ts") },
  "tflite-int8": { file: "model.int8.tflite", precision: "int8", load: () => import("./tflite-int8.ts") },
} as const;
