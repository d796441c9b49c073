// ONNX files: plain data in, bytes out. Shared by the training library and the export of finished networks.
export {
  type ElementType,
  encodeOnnxModel,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "./model.ts";
