// The evaluator of a recorded conversation: the accuracies that were measured then, and the verdicts that the person
// gave. It runs that search again exactly, and says where the conversation contradicts itself.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { fileError, GeniusError } from "../base/errors.ts";
import { networkCost } from "../graph/cost.ts";
import { readMessageList } from "../llm/index.ts";
import type { Violation } from "../search/constraints/domain.ts";
import { readWindow } from "../search/prompt/read-feedback.ts";
import { readTranscript, type Transcript, type TranscriptProposal } from "../search/prompt/transcript.ts";
import type { Evaluation, Proposal } from "../search/trial.ts";
import { defineEvaluator } from "./evaluator.ts";

export default defineEvaluator({
  name: "transcript",
  summary: "The accuracies and verdicts of a recorded conversation, by the number of the call.",
  source:
    "the conversations of Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970, and others of their form",
  tabular: true,
  options: z.object({}),
  async describe({ dataset }) {
    const { messages } = readMessageList(await textOf(dataset), dataset);
    const limits = messages.flatMap(({ role, content }) =>
      role === "user" ? (readWindow(content) ?? []) : [],
    )[0];
    return {
      words: `the search recorded in ${dataset.split(/[/\\]/).at(-1)}`,
      ...(limits !== undefined && { limits }),
    };
  },
  async create({ space, dataset }) {
    const { messages, cut } = readMessageList(await textOf(dataset), dataset);
    const costOf = (choices: readonly number[]) => networkCost(space.decode(choices));
    const transcript = readTranscript(messages, { space, costOf });
    if (transcript.proposals.every(({ choices }) => choices === undefined)) {
      throw new GeniusError(
        "bad-file",
        `${dataset} holds no design of ${space.name} in its ${transcript.proposals.length} replies. Name the space it is about with --space.`,
      );
    }
    return {
      selectedOn: "validation",
      fidelity: { full: {} },
      ownVerdicts: true,
      provenance: {
        transcript: dataset,
        calls: transcript.proposals.length,
      },
      remarks: [...transcript.contradictions, ...(cut === undefined ? [] : [cut])],
      evaluate: async ({ proposal }) => outcomeOf(transcript, proposal),
    };
  },
});

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((thrown: unknown) => {
    throw fileError(thrown, path, "read the conversation");
  });
}

/** The recorded verdict on a proposal: by its call, else by the first measurement of the same design. */
function outcomeOf(transcript: Transcript, proposal: Proposal): Evaluation {
  const { proposals, window } = transcript;
  const spent = { milliseconds: 0 };
  const same = ({ choices }: TranscriptProposal) => choices?.join() === proposal.choices.join();
  const recorded =
    proposals.find((entry) => entry.call === proposal.call && same(entry)) ??
    proposals.find((entry) => entry.verdict === "measured" && same(entry));
  const unmeasured = (detail: string): Evaluation => ({
    kind: "failed",
    reason: "unmeasured",
    detail,
    spent,
  });
  if (recorded === undefined) return unmeasured("this design was not measured in the recorded conversation");
  switch (recorded.verdict) {
    case "measured": {
      const remark = transcript.contradictions.filter((text) => isAbout(text, recorded)).join(" ");
      return {
        kind: "scored",
        metrics: { accuracy: recorded.accuracy01 ?? 0 },
        ...(remark !== "" && { remark }),
        spent,
      };
    }
    case "rejected": {
      const value = Math.round((recorded.fedBackMacsM ?? 0) * 1e6);
      const low = window?.minMacCount !== undefined && value < window.minMacCount;
      const violation: Violation = low
        ? { quantity: "macCount", value, bound: "min", limit: window.minMacCount }
        : { quantity: "macCount", value, bound: "max", limit: window?.maxMacCount ?? value };
      return { kind: "infeasible", violations: [violation], spent };
    }
    case "duplicate":
      return {
        kind: "failed",
        reason: "duplicate",
        detail: "the person said that it had been tested",
        spent,
      };
    case "unanswered":
      return unmeasured("proposed, and never measured: the conversation ends");
    default:
      return recorded.verdict satisfies never;
  }
}

function isAbout(text: string, { call, experiment }: TranscriptProposal): boolean {
  const names =
    experiment === undefined ? `call ${call}` : `call ${call}|experiments? (?:\\d+ and )?${experiment}`;
  return new RegExp(`\\b(?:${names})\\b`).test(text);
}
