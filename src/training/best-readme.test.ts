import { expect, test } from "vitest";
import { bestReadme } from "./best-readme.ts";

test("names each file that is there, its input and the classes, and names make no markup", () => {
  const given = { network: "resnet-8", shape: [3, 32, 48] as const, classNames: ["cat", "a|<b>"] };
  const text = bestReadme({ ...given, files: ["model.onnx", "model.int8.tflite", "other.bin"] });
  expect(text).toContain(
    "| `model.onnx` | the network for onnxruntime: `images`, float32 [batch, 3, 32, 48]",
  );
  expect(text).toContain("int8 [1, 32, 48, 3], red, green and blue, each pixel's byte less 128");
  expect(text).not.toContain("other.bin");
  expect(text).not.toContain("model.py");
  expect(text).toContain("0 cat, 1 a&#124;&#60;b&#62;");
});
