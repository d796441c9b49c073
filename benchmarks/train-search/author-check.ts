// Whether an answer to the prompt of `--space author` can be used: its size and costs, or what is wrong, in the words that a model is told.
//
// Usage: node --conditions=genius-source benchmarks/train-search/author-check.ts --data FOLDER [--max-params 80k] [--max-macs 12.5M] ANSWER…
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { parseCount } from "../../src/base/units.ts";
import { checkAuthored, textIn } from "../../src/features/author/authored-space.ts";
import { openData } from "../../src/index.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import mobile from "../../src/search/spaces/mobile.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: "string" }, "max-params": { type: "string" }, "max-macs": { type: "string" } },
});
if (values.data === undefined) throw new Error("Name the images: --data FOLDER");
const opened = await openData(values.data);
if (opened.kind !== "images") throw new Error(`${values.data} holds no images.`);
const [channels, ...imageSize] = opened.shape;
const images = { imageSize, channels, classCount: opened.classNames.length } as const;
const limits = {
  ...(values["max-params"] !== undefined && { maxParamCount: parseCount(values["max-params"]) }),
  ...(values["max-macs"] !== undefined && { maxMacCount: parseCount(values["max-macs"]) }),
};
// Any space of these images: the check reads the shape, the classes and the limits of it.
const domain = createDomain(mobile.create(mobile.options.parse(mobile.fit?.(images, limits))), limits);
for (const file of positionals) {
  const found = textIn(await readFile(file, "utf8"));
  const checked =
    found === undefined
      ? { fault: "there is no text between ``` fences in it" }
      : checkAuthored(found.text, domain, { name: "author1" });
  console.log(`${file}: ${"fault" in checked ? `cannot be used: ${checked.fault}` : checked.facts}`);
}
