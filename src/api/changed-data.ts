// Whether a resumed run still has the data that it was begun with: trials measured on other images cannot be compared with
// the earlier ones, and what is held out for the test of one may have been trained on in the other.
import type { JsonObject, JsonValue } from "../base/json.ts";
import { dataHashOf, type RunRecord } from "../study/fold.ts";

export interface DataChange {
  readonly hash: string;
  /** What changed, for the journal and the report. */
  readonly text: string;
  readonly dataset: string;
}

/** How the data differ from those of the last trial; undefined when they do not, or when no hash was kept. */
export function dataChange(
  { header, dataHash, trials }: RunRecord,
  provenance: JsonObject,
): DataChange | undefined {
  const hash = dataHashOf(provenance);
  if (hash === undefined || dataHash === undefined || hash === dataHash) return undefined;
  const [before, now] = [header.provenance.evaluator, provenance.evaluator].map(imagesOf);
  const counts =
    before === undefined || now === undefined || before === now
      ? ""
      : ` (${before} training images when it began, ${now} now)`;
  const text = `the data of ${header.config.dataset} changed${counts}: trials after number ${trials.at(-1)?.number ?? 0} were measured on other data than those before, hash ${short(hash)} in place of ${short(dataHash)}`;
  return { hash, text, dataset: header.config.dataset };
}

export const refusalWords = ({ text, dataset }: DataChange, folder: string): string =>
  `${folder} cannot be resumed as it was: ${text.replace("were measured", "would be measured")}. Restore ${dataset} as it was, start a new search, or accept it with "genius resume ${folder} --accept-changed-data".`;

const short = (hash: string) => hash.slice(0, 12);

function imagesOf(evaluator: JsonValue | undefined): number | undefined {
  if (typeof evaluator !== "object" || evaluator === null || Array.isArray(evaluator)) return undefined;
  const { trainImages } = evaluator as JsonObject;
  return typeof trainImages === "number" ? trainImages : undefined;
}
