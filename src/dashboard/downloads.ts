// What the dashboard gives as files: a design in the forms that other programs read, and the trials as a table.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GeniusError } from "../base/errors.ts";
import { outcomeInWords } from "../report/index.ts";
import { type DesignFormat, shelfOf, shelvedFile } from "../runs/export-design.ts";
import type { FollowedRun } from "../runs/followed-run.ts";
import { trainedFileNames } from "../runs/trained-files.ts";
import type { Domain } from "../search/constraints/domain.ts";
import { designName, networkOf } from "../search/proposed-network.ts";
import type { Space } from "../search/space.ts";
import { isScored } from "../search/trial.ts";
import type { KeptTrial } from "../study/fold.ts";

const endings: Readonly<Record<DesignFormat, string>> = {
  onnx: "onnx",
  pytorch: "py",
  text: "txt",
  mermaid: "mmd",
  safetensors: "safetensors",
};

/** A name that no browser, shell or file system stumbles over. */
export function downloadHeaders(name: string, type: string): Record<string, string> {
  const plain =
    name
      .replace(/[^\w.-]+/g, "-")
      .replace(/^[.-]+/, "")
      .slice(-120) || "download";
  return { "content-type": type, "content-disposition": `attachment; filename="${plain}"` };
}

/** The network of a trial: of the one that was trained to its end the files of `best/`, of others with random weights, which the name says. */
export async function designDownload(
  run: FollowedRun,
  {
    domain,
    followed,
    format,
  }: { readonly domain: Domain; readonly followed: KeptTrial; readonly format: DesignFormat },
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly name: string; readonly type: string }> {
  const { trial } = followed;
  const network = networkOf(domain.space, trial.proposal);
  const fresh = async () => {
    // Loaded when it is used: it brings the runtime for trainings with it.
    const { initialWeights } = await import("../engine/index.ts");
    return initialWeights(network.nodes, 1);
  };
  const { content, isTrained } = await shelvedFile(shelfOf(run, trial), { format, network, fresh });
  const isText = typeof content === "string";
  return {
    bytes: Uint8Array.from(isText ? new TextEncoder().encode(content) : content),
    name: `${run.id}-trial-${trial.number}${isText || isTrained ? "" : "-untrained"}.${endings[format]}`,
    type: isText ? "text/plain; charset=utf-8" : "application/octet-stream",
  };
}

/** A file of `best/` of a folder. @throws GeniusError `not-found` for any other name. */
export async function trainedDownload(
  run: Pick<FollowedRun, "id" | "folder">,
  name: string,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly name: string }> {
  if (!(await trainedFileNames(run.folder)).includes(name))
    throw new GeniusError("not-found", `There is no file "${name}" in best/ of this run.`);
  const bytes = await readFile(join(run.folder, "best", name));
  return { bytes: Uint8Array.from(bytes), name: `${run.id}-${name}` };
}

/** The trials as comma-separated values, one a line. */
export function csvOf(run: FollowedRun, space: Space | undefined): string {
  const name = run.journal.header?.config.metric.name ?? "accuracy";
  const figure = name === "accuracy" ? "accuracy01" : name;
  const head = `trial,design,by,outcome,${figure},predicted01,paramCount,macCount,ramBytes,flashBytes,spentMs,finishedAt,rationale`;
  const rows = run.journal.rows.map(({ trial, key, time }) => {
    const { number, proposal, outcome, cost } = trial;
    return [
      number,
      key || designName(space, proposal),
      proposal.by,
      outcomeInWords(trial),
      isScored(trial) ? trial.outcome.score : "",
      proposal.predicted?.score ?? "",
      cost.paramCount,
      cost.macCount,
      cost.ramBytes ?? "",
      cost.flashBytes ?? "",
      outcome.spent.milliseconds,
      time,
      proposal.rationale ?? "",
    ]
      .map(field)
      .join(",");
  });
  return `${[head, ...rows].join("\r\n")}\r\n`;
}

/** A text that a spreadsheet would take for a formula is marked as text. */
function field(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
