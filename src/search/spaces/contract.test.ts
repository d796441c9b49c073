// Every space of the catalog, with its defaults and with the options that make it largest, under the contract of all.
import { describe, test } from "vitest";
import { z } from "zod";
import { spaces } from "../../catalog/_catalog.ts";
import { spaceChecks } from "../../testing/space-suite.ts";
import { tinySpace } from "../../testing/tiny-space.ts";
import { defineSpace } from "../space.ts";

for (const [name, entry] of Object.entries(spaces)) {
  const definition = await entry.load();
  // What a user may leave out has a default; a space for any image has decisions of the training too, and
  // takes images that are not square.
  const variants = [{}, { hyperparameters: true }, { imageSize: [48, 64] }].flatMap((given) => {
    const parsed = definition.options.safeParse(given);
    const isKnown = parsed.success && Object.keys(given).every((key) => key in (parsed.data as object));
    return isKnown ? [parsed.data] : [];
  });
  describe(name, () => {
    for (const options of variants)
      describe(JSON.stringify(options), () => {
        for (const check of spaceChecks(definition, options)) test(check.name, check.run);
      });
  });
}

describe("the tiny space of the strategies' suite", () => {
  const definition = defineSpace({
    name: "tiny",
    summary: tinySpace.summary,
    source: "the suite",
    options: z.object({}),
    create: () => tinySpace,
  });
  for (const check of spaceChecks(definition, {})) test(check.name, check.run);
});
