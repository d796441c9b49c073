// The metadata in a .onnx file, which onnxruntime does not hand out: the `metadata_props` of its outermost message
// are read, everything else is skipped. @see onnx.proto, ModelProto
import { GeniusError } from "../base/errors.ts";
import { fieldsOf, textIn } from "../graph/onnx/read-protobuf.ts";

const metadataField = 14;

/** @throws GeniusError `bad-model-file` when the bytes are no such message. */
export function readModelMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  try {
    const entries = [...fieldsOf(bytes)].filter(({ field }) => field === metadataField);
    return Object.fromEntries(
      entries.map((entry) => {
        const parts = new Map([...fieldsOf(entry.bytes)].map((part) => [part.field, textIn(part)]));
        return [parts.get(1) ?? "", parts.get(2) ?? ""];
      }),
    );
  } catch (thrown) {
    if (!(thrown instanceof GeniusError)) throw thrown;
    throw new GeniusError(thrown.code, "The file is not an ONNX model, or it is damaged.", { cause: thrown });
  }
}
