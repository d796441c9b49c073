// The flags of `genius search`: the settings of a search, and what only a command line has.
import { z } from "zod";
import { answersOption } from "../command/answers-option.ts";
import { onDoneOption } from "../command/on-done.ts";
import { searchSettings } from "../study/settings.ts";

export const searchFlags = searchSettings.extend({
  dataset: z
    .string()
    .optional()
    .describe("DATASET, where it is clearer to name it by a flag (default: the first table of --space)")
    .meta({ placeholder: "NAME" }),
  start: z
    .string()
    .optional()
    .describe(
      "your own network to search around and to compare with: net.txt or model.onnx (its own parameters and MACs are the maximum where --max-params or --max-macs is not given); or the first design, as the strategy has it",
    )
    .meta({ placeholder: "FILE" }),
  out: z
    .string()
    .optional()
    .describe("folder of the run (default: a new one below runs/)")
    .meta({ placeholder: "DIR" }),
  settings: z
    .string()
    .optional()
    .describe("JSON or TOML file with any of these settings; flags win over it")
    .meta({ placeholder: "FILE" }),
  answers: answersOption,
  onDone: onDoneOption,
  json: z.boolean().default(false).describe("JSON lines on standard output: one a trial, then the result"),
});

export type SearchFlags = z.infer<typeof searchFlags>;
