// `genius transcript`: the proposals in a recorded conversation, with what the person said of each.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { fileError, GeniusError } from "../base/errors.ts";
import { jsonLine, terminalSafe } from "../base/terminal-text.ts";
import { counted, formatCount, formatPercent } from "../base/units.ts";
import { spaces } from "../catalog/_catalog.ts";
import { openSpace } from "../catalog/load.ts";
import { defineCommand } from "../command/command.ts";
import { openSpaceByFlags } from "../command/members.ts";
import { unknownFlag } from "../command/options.ts";
import { type ChatMessage, readMessageList } from "../llm/index.ts";
import { toDigits } from "../search/choices.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import { inferSpace, readTranscript, type TranscriptProposal } from "../search/prompt/transcript.ts";
import type { Space } from "../search/space.ts";

const flags = z.object({
  space: z
    .string()
    .optional()
    .describe("the search space (default: the one in which most replies make sense)")
    .meta({ placeholder: "NAME" }),
  json: z.boolean().default(false).describe("JSON lines on standard output, one a proposal"),
});

export default defineCommand({
  options: flags,
  passesRest: true,
  more: `FILE is a list of messages as chat programs keep it: a JSON array of {role, content}, an object with "messages", or
JSON lines. Tokens are estimated at four characters each. Contradictions are reported on standard error.`,
  async run({ operands, options, rest, terminal }) {
    const [file] = operands;
    if (file === undefined || operands.length > 1) {
      throw new GeniusError("wrong-use", "Name one recorded conversation: genius transcript FILE.");
    }
    const [unknown] = Object.keys(rest);
    if (options.space === undefined && unknown !== undefined)
      throw unknownFlag(unknown, Object.keys(flags.shape));
    const text = await readFile(file, "utf8").catch((thrown: unknown) => {
      throw fileError(thrown, file, "read");
    });
    const { messages, cut } = readMessageList(text, file);
    const space =
      options.space === undefined
        ? await spaceOf(messages, file)
        : await openSpaceByFlags(options.space, rest, Object.keys(flags.shape));
    const { costOf } = createDomain(space, {});
    const { proposals, contradictions } = readTranscript(messages, { space, costOf });
    for (const proposal of proposals) {
      terminal.out(options.json ? jsonLine(jsonOf(space, proposal)) : `${lineOf(space, proposal)}\n`);
    }
    const warnings = [...(cut === undefined ? [] : [cut]), ...contradictions];
    for (const warning of warnings) terminal.error(`${terminalSafe(warning)}\n`);
    if (!options.json) terminal.out(`\n${summaryOf(space, proposals)}\n`);
    return 0;
  },
});

async function spaceOf(messages: readonly ChatMessage[], file: string): Promise<Space> {
  const known = await Promise.all(Object.keys(spaces).map((name) => openSpace(name)));
  const space = inferSpace(messages, known);
  if (space !== undefined) return space;
  throw new GeniusError(
    "bad-file",
    `${file} holds no design of a known space in its replies. Name the space with --space: ${Object.keys(spaces).join(", ")}.`,
  );
}

function jsonOf(space: Space, proposal: TranscriptProposal) {
  const { call, choices, macCount, fedBackMacsM, accuracy01, inputTokens, outputTokens } = proposal;
  return {
    call,
    choices: choices === undefined ? null : toDigits(space, choices),
    macCount,
    fedBackMacsM,
    accuracy01,
    inputTokens,
    outputTokens,
    verdict: proposal.verdict,
    ...(proposal.experiment !== undefined && { experiment: proposal.experiment }),
    ...(proposal.unreadable !== undefined && { unreadable: proposal.unreadable }),
  };
}

function lineOf(space: Space, proposal: TranscriptProposal): string {
  const { call, choices, macCount, fedBackMacsM, accuracy01, verdict, experiment } = proposal;
  const design =
    choices === undefined
      ? `no design: ${terminalSafe(proposal.unreadable ?? "")}`
      : toDigits(space, choices).join(",");
  const macs = macCount === null ? "" : ` · ${formatCount(macCount)} MACs`;
  const fedBack = fedBackMacsM === null ? "" : ` (told: ${fedBackMacsM} M)`;
  const accuracy = accuracy01 === null ? "" : ` · ${formatPercent(accuracy01)}`;
  const place = experiment === undefined ? "" : ` as experiment ${experiment}`;
  return `call ${call}: ${verdict}${place}${accuracy} · ${design}${macs}${fedBack}`;
}

function summaryOf(space: Space, proposals: readonly TranscriptProposal[]): string {
  const of = (verdict: TranscriptProposal["verdict"]) =>
    proposals.filter((entry) => entry.verdict === verdict).length;
  const tokens = proposals.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const measured = proposals.filter(({ accuracy01 }) => accuracy01 !== null);
  const best = measured.reduce<TranscriptProposal | undefined>(
    (top, entry) => (entry.accuracy01! > (top?.accuracy01 ?? -1) ? entry : top),
    undefined,
  );
  const found =
    best === undefined
      ? ""
      : ` Best: ${formatPercent(best.accuracy01!)} at call ${best.call}${best.experiment === undefined ? "" : ` (experiment ${best.experiment})`}.`;
  return `${space.name}: ${counted(proposals.length, "call")}, about ${formatCount(tokens)} tokens read; ${of("measured")} measured, ${of("rejected")} sent back, ${of("duplicate")} repeats, ${of("unanswered")} unanswered.${found}`;
}
