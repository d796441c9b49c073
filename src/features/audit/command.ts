// `genius audit contamination`: whether a language model knows a published table's answers by heart. Every reply is kept
// in the audit's folder, so that one that was stopped resumes where it ended.

import { z } from "zod";
import { assemble } from "../../api/assemble.ts";
import { provenanceOf } from "../../api/provenance.ts";
import { publishedSpace } from "../../api/published-space.ts";
import { maxAtOnce } from "../../base/at-once.ts";
import { GeniusError } from "../../base/errors.ts";
import { makeNamedFolder } from "../../base/folder.ts";
import type { JsonObject } from "../../base/json.ts";
import { jsonLine, terminalSafe } from "../../base/terminal-text.ts";
import { counted, formatCount } from "../../base/units.ts";
import { defineCommand } from "../../command/command.ts";
import { checkFlags } from "../../command/options.ts";
import { writeFiles } from "../../command/write-files.ts";
import { openTable } from "../../evaluators/tables/accuracy-table.ts";
import { estimate } from "../../llm/index.ts";
import { accuracy, metricOf } from "../../metrics/index.ts";
import { createRunFolder } from "../../runs/run-folder.ts";
import type { StudyConfig } from "../../study/journal-lines.ts";
import { lockFolder } from "../../study/lock.ts";
import { modelSettings } from "../../study/settings.ts";
import { auditPlan, runAudit } from "./audit.ts";
import { auditMarkdown, auditPage, auditResult } from "./audit-report.ts";

const count = z.number().int().positive();
const options = z.object({
  space: z.string().describe("a space with a published table").meta({ placeholder: "NAME" }),
  model: z
    .string()
    .describe(
      "the model to audit: openai/…, anthropic/…, google/…, ollama/…, compatible/…, replay/FILE, manual",
    )
    .meta({ placeholder: "PROVIDER/MODEL" }),
  dataset: z
    .string()
    .optional()
    .describe("the table's data set (default: the space's first)")
    .meta({ placeholder: "NAME" }),
  trials: count.default(10).describe("evaluations of each search"),
  seeds: count.default(5).describe("searches under each variant"),
  pairs: count
    .default(100)
    .describe("pairs of designs to judge under each variant; fewer than 20 decide nothing"),
  parallel: count.max(maxAtOnce).default(4).describe("parallel calls (1 for --model manual)"),
  ...modelSettings.shape,
  out: z
    .string()
    .optional()
    .describe("folder of the audit, new or to be continued (default: a new one below runs/)")
    .meta({ placeholder: "DIR" }),
  json: z.boolean().default(false).describe("one JSON object on standard output"),
});

export default defineCommand({
  options,
  more: `Example:
  genius audit contamination --space nas-bench-201 --model openai/gpt-5-mini --max-usd 2

The model searches the same table under five variants – as published, with task and data set hidden, in another order,
without any words, and with accuracies turned upside down – and judges before anything is measured which of two designs
is better, where knowledge of networks cannot tell. The verdict says what an audit of this size would find. The folder gets audit.html, audit.md, audit.json and conversation.jsonl; the same command with the same --out
asks nothing twice.`,
  async run({ operands, options: given, terminal }) {
    if (operands.join(" ") !== "contamination") {
      throw new GeniusError(
        "wrong-use",
        "Say what to audit: genius audit contamination --space NAME --model M.",
      );
    }
    const onProgress = (text: string) => terminal.error(`${terminalSafe(text)}\n`);
    const { environment, signal } = terminal;
    const config = await configOf(given);
    const folder =
      given.out ??
      (await createRunFolder("runs", { space: config.space, strategy: "audit", now: new Date() }));
    await makeNamedFolder(folder);
    const unlock = await lockFolder(folder);
    try {
      const parts = await assemble(config, { folder, environment, onProgress });
      try {
        const { space } = parts.domain;
        const conversation = parts.conversation!;
        const judge = await openTable({ space, dataset: config.dataset });
        const { trials, seeds, pairs } = given;
        const setting = {
          ...{ space, dataset: config.dataset, task: config.task, table: judge, conversation },
          ...{ evaluator: parts.evaluator, trials, seeds, pairs, onProgress },
          parallel: given.model === "manual" ? 1 : given.parallel,
          signal,
        };
        for (const warning of conversation.warnings) onProgress(`Note: ${warning}`);
        onProgress(estimateWords(given.model, { ...auditPlan(setting), price: conversation.price }));
        const audit = await runAudit(setting);
        const input = {
          audit,
          command: commandWords(given, config.dataset),
          provenance: { ...(await provenanceOf()), ...parts.provenance },
          spent: spentWords(conversation.spent),
        };
        const result = auditResult(input);
        await writeFiles(folder, {
          "audit.html": auditPage(input),
          "audit.md": auditMarkdown(input),
          "audit.json": `${JSON.stringify(result, null, 2)}\n`,
        });
        terminal.out(given.json ? jsonLine(result) : auditMarkdown(input));
        terminal.error("\n");
        onProgress(`Written to ${folder}: audit.html, audit.md, audit.json, conversation.jsonl`);
        return 0;
      } catch (thrown) {
        onProgress(`Replies so far are kept. Go on with the same command and --out ${folder}`);
        throw thrown;
      } finally {
        await parts.close();
      }
    } finally {
      await unlock();
    }
  },
});

/** The audit as a study of the strategy llm on the table, for the parts of one. */
async function configOf(given: z.infer<typeof options>): Promise<StudyConfig> {
  const { definition, dataset, words, options: fitted } = await publishedSpace(given.space, given.dataset);
  const model = modelSettings.strip().parse(given);
  return {
    dataset,
    task: words,
    metric: metricOf(accuracy),
    space: given.space,
    spaceOptions: checkFlags(definition.options, fitted) as JsonObject,
    strategy: "llm",
    strategyOptions: {},
    evaluator: "table",
    evaluatorOptions: {},
    model: given.model,
    modelOptions: Object.fromEntries(
      Object.entries(model).filter(([, value]) => value !== undefined),
    ) as JsonObject,
    trials: given.trials,
    limits: {},
    parallel: 1,
    seed: 1,
  };
}

function commandWords(given: z.infer<typeof options>, dataset: string): string {
  const { space, model, trials, seeds, pairs, baseUrl } = given;
  const url = baseUrl === undefined ? "" : ` --base-url ${baseUrl}`;
  return `genius audit contamination --space ${space} --dataset ${dataset} --model ${model}${url} --trials ${trials} --seeds ${seeds} --pairs ${pairs}`;
}

function estimateWords(model: string, plan: Parameters<typeof estimate>[0]): string {
  const { inputTokens, outputTokens, usd } = estimate(plan);
  const money = usd === undefined ? "price unknown" : usd === 0 ? "free" : `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
  return `Estimate: about ${counted(plan.calls, "call")} of ${model}, ${formatCount(inputTokens)} tokens read and ${formatCount(outputTokens)} written, ${money}.`;
}

function spentWords(spent: {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
}): string {
  const money = spent.usd > 0 ? `, $${spent.usd.toFixed(spent.usd < 1 ? 4 : 2)}` : "";
  return `${counted(spent.calls, "call")}, ${formatCount(spent.inputTokens)} tokens read and ${formatCount(spent.outputTokens)} written${money}`;
}
