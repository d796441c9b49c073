import { expect, test } from "vitest";
import { writtenWords } from "./written.ts";

test("files are named from the run's folder, and a folder of files once", () => {
  const files = ["best/model.onnx", "best/c/main.c", "best/c/README.md", "best/test.json"];
  const paths = files.map((file) => `runs/first/${file}`);
  expect(writtenWords("runs/first", paths)).toBe("best/model.onnx, best/c/, best/test.json");
});
