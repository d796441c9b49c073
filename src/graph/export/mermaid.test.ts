// Flowcharts of known networks: boxes, frames, arrows, and names that must be escaped.
import { expect, test } from "vitest";
import { exampleNetworks } from "./fixtures/networks.ts";
import { exportMermaid } from "./mermaid.ts";

test("NAS-Bench-Macro is a chain of its blocks with shapes and costs", () => {
  const lines = exportMermaid(exampleNetworks["nas-bench-macro"]!()).trimEnd().split("\n");
  expect(lines[0]).toBe("flowchart TD");
  expect(lines[2]).toBe('  b1["stem<br/>32×32×32<br/>928 parameters<br/>885k MACs"]');
  // Layer 2 is an identity and has no box; layer 6 is one that halves the map.
  expect(lines.filter((line) => line.includes('["')).map((line) => /"(\w+)</.exec(line)?.[1])).toEqual([
    "input",
    "stem",
    "layer1",
    "layer3",
    "layer4",
    "layer5",
    "layer6",
    "layer7",
    "layer8",
    "head",
  ]);
  expect(lines.filter((line) => line.includes("-->"))).toEqual(
    Array.from({ length: 9 }, (_, index) => `  b${index} --> b${index + 1}`),
  );
});

test("stages are frames, opened and closed in pairs", () => {
  const text = exportMermaid(exampleNetworks["genius-329"]!());
  expect(text.match(/^ {2}subgraph /gm)).toHaveLength(5);
  expect(text.match(/^ {2}end$/gm)).toHaveLength(5);
  expect(text).toContain('s["stage1"]');
});

test("every box is read by another or is the last, and odd names are escaped", () => {
  const text = exportMermaid(exampleNetworks.tangled!());
  const boxes = [...text.matchAll(/^ *(b\d+)\[/gm)].map((match) => match[1]);
  const readers = new Set([...text.matchAll(/(b\d+) --> b\d+/g)].map((match) => match[1]));
  expect(boxes.filter((box) => !readers.has(box))).toEqual([boxes.at(-3), boxes.at(-1)]);
  expect(text.match(/^flowchart|^ +(subgraph )?b\d+s?\["[^"]*"\]$|^ +end$|^ +b\d+ --> b\d+$/gm)).toHaveLength(
    text.trimEnd().split("\n").length,
  );
});
