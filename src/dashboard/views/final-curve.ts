// The learning curve of the final training, which lies beside the trained network.
import type { FollowedRun } from "../../runs/followed-run.ts";
import { readFinalCurve } from "../../runs/trained-files.ts";
import { nameInWords } from "../../search/references/reference.ts";
import type { Curve } from "../api.ts";
import { shownCurve } from "./trials.ts";

/** Undefined where nothing was trained to its end, or its files are gone. */
export async function finalCurve(run: FollowedRun): Promise<Curve | undefined> {
  const { selected, result, rowOf } = run.journal;
  if (selected === undefined || result === undefined) return undefined;
  const points = await readFinalCurve(run.folder);
  if (points === undefined || points.length === 0) return undefined;
  const key = nameInWords(rowOf.get(selected.number)?.key ?? "");
  return { trial: selected.number, key, points: shownCurve(run, points) };
}
