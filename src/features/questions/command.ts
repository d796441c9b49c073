// `genius study`: questions about search itself, each answered by one command with a page and its figures.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { provenanceOf } from "../../api/provenance.ts";
import { GeniusError } from "../../base/errors.ts";
import { makeNamedFolder } from "../../base/folder.ts";
import type { JsonObject } from "../../base/json.ts";
import { unknownName } from "../../base/nearest.ts";
import { quote } from "../../base/shell.ts";
import { jsonLine, terminalSafe } from "../../base/terminal-text.ts";
import { defineCommand } from "../../command/command.ts";
import { distribute, membersHelp } from "../../command/members.ts";
import { checkFlags } from "../../command/options.ts";
import { writeFiles } from "../../command/write-files.ts";
import {
  type Conversation,
  createConversation,
  createLedger,
  daySpendingOf,
  priceOf,
} from "../../llm/index.ts";
import { chartFile } from "../../report/index.ts";
import { flagOf } from "../../runs/flags.ts";
import { modelSettings } from "../../study/settings.ts";
import { answerMarkdown, answerPage } from "./answer-page.ts";
import { loadQuestion, questionNames } from "./index.ts";

const options = modelSettings.extend({
  model: z
    .string()
    .optional()
    .describe("the language model under study, for questions that ask for one")
    .meta({ placeholder: "PROVIDER/MODEL" }),
  out: z
    .string()
    .optional()
    .describe("folder of the answer (default: studies/NAME)")
    .meta({ placeholder: "DIR" }),
  json: z.boolean().default(false).describe("the answer as one JSON object on standard output"),
});

export default defineCommand({
  options,
  passesRest: true,
  more: `NAME is one of ${questionNames.join(", ")}. Each has options of its own:
  genius study sense-of-direction --help

A study leaves a page (answer.html), its words (answer.md), its figures (answer.json) and its charts (SVG) in its folder. Without a language
model, the parts that need one are left out, and the answer says so. --model replay/DIR takes the conversations of a study that was recorded in DIR.`,
  async help(given, [operand]) {
    const name = operand ?? (typeof given.study === "string" ? given.study : undefined);
    const names = name !== undefined && questionNames.includes(name) ? [name] : questionNames;
    const loaded = await Promise.all(names.map(loadQuestion));
    return membersHelp(loaded.map((question) => ["the study", question] as const));
  },
  async run({ operands, options: given, rest, terminal }) {
    const [name] = operands;
    if (name === undefined || operands.length > 1)
      throw new GeniusError("wrong-use", `Name one study: ${questionNames.join(", ")}.`);
    if (!questionNames.includes(name)) throw unknownName("study", name, questionNames);
    const question = await loadQuestion(name);
    if (given.model !== undefined && question.model === "none")
      throw new GeniusError("wrong-use", `The study ${name} asks no language model; leave --model out.`);
    const [flags = {}] = await distribute(rest, [question], Object.keys(options.shape));
    const own = checkFlags(question.options, flags);
    const folder = given.out ?? join("studies", name);
    await makeNamedFolder(folder);
    const open = new Map<string, Conversation>();
    const started = performance.now();
    try {
      const answer = await question.answer(
        {
          folder,
          environment: terminal.environment,
          signal: terminal.signal,
          onProgress: (text) => terminal.error(`${terminalSafe(text)}\n`),
          ...(given.model !== undefined && {
            converse: conversations(given.model, given, { folder, open, environment: terminal.environment }),
          }),
        },
        own,
      );
      const said = Object.entries(flags).map(([field, value]) => ` ${flagOf(field)} ${quote(String(value))}`);
      const answered = {
        question,
        answer,
        command: `genius study ${name}${said.join("")}${given.model === undefined ? "" : ` --model ${given.model}`}`,
        provenance: { ...(await provenanceOf()), options: JSON.parse(JSON.stringify(own)) } as JsonObject,
        milliseconds: performance.now() - started,
      };
      const { findings, remarks, tables, data } = answer;
      const result = {
        study: name,
        asks: question.asks,
        findings,
        remarks,
        tables,
        data,
        command: answered.command,
        provenance: { ...answered.provenance, ...answer.provenance },
      };
      await writeFiles(folder, {
        "answer.html": answerPage(answered),
        "answer.md": answerMarkdown(answered),
        "answer.json": `${JSON.stringify(result, null, 2)}\n`,
        ...Object.fromEntries(answer.charts.map((chart) => [`${chart.name}.svg`, chartFile(chart, "light")])),
      });
      terminal.out(given.json ? jsonLine(result) : answerMarkdown(answered));
      terminal.error(`\nWritten to ${folder}: answer.html, answer.md, answer.json\n`);
      return 0;
    } finally {
      await Promise.all([...open.values()].map((conversation) => conversation.close()));
    }
  },
});

/** Conversations by name, each recorded in a folder of its own, all with the caps that were given. */
function conversations(
  model: string,
  given: z.output<typeof modelSettings>,
  setting: {
    readonly folder: string;
    readonly open: Map<string, Conversation>;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): (name: string) => Promise<Conversation> {
  const { open, environment } = setting;
  const { baseUrl, maxUsd, maxUsdPerDay, maxTokens, maxCalls, usdPerMillionInput, usdPerMillionOutput } =
    given;
  const caps = {
    ...(maxUsd !== undefined && { maxUsd }),
    ...(maxUsdPerDay !== undefined && { maxUsdPerDay }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(maxCalls !== undefined && { maxCalls }),
  };
  const price =
    usdPerMillionInput === undefined || usdPerMillionOutput === undefined
      ? priceOf(model)
      : { input: usdPerMillionInput, output: usdPerMillionOutput };
  const ledger = createLedger(caps, price, daySpendingOf({ environment, caps }));
  return async (name) => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const folder = join(setting.folder, "conversations", name);
    await makeNamedFolder(folder);
    const conversation = await createConversation({
      model: modelOf(model, name),
      baseUrl,
      ...(given.effort !== undefined && { effort: given.effort }),
      environment,
      folder,
      caps,
      ledger,
      pricePerMillion: price,
    });
    open.set(name, conversation);
    return conversation;
  };
}

/** The folder of a study that was recorded holds a conversation for each name. */
function modelOf(model: string, name: string): string {
  if (!model.startsWith("replay/")) return model;
  const recorded = join(model.slice("replay/".length), "conversations", name);
  return existsSync(recorded) ? `replay/${recorded}` : model;
}
