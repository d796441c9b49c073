// What `genius cost` says of a design that the space's own rule forbids.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { genius } from "./fixtures/terminal.ts";

test("a design that the space's own rule forbids is costed and said to be forbidden", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "genius-rule-")), "narrow.ts");
  await writeFile(
    file,
    `import macro from ${JSON.stringify(import.meta.resolve("../search/spaces/nas-bench-macro.ts"))};
export default { ...macro, name: "narrow", create: (options) => ({ ...macro.create(options), name: "narrow",
  allows: ([first]) => first < 2 || "the first layer is wide" }) };
`,
  );
  const cost = async (choices: string, ...more: string[]) =>
    (await genius(["cost", "--space", file, "--choices", choices, ...more], { environment: process.env }))
      .out;
  expect(await cost("10000000")).not.toContain("not allowed");
  expect(await cost("20000000")).toMatch(/MACs[\s\S]*not allowed in this space: the first layer is wide/);
  expect(JSON.parse(await cost("20000000", "--json"))).toMatchObject({
    notAllowed: "the first layer is wide",
  });
});
