// How far the opening of images is, in words: a line every two seconds, with the time left once the pace is known.
import { formatTimeLeft } from "../../base/units.ts";

const betweenMs = 2000;
/** A pace counts after this much time or this share of the images. What came before the first report is not in it. */
const known = { ms: 2000, share01: 0.05 };
/** Fewer images are there at once. */
const fewestTold = 1000;

export interface OpeningProgress {
  readonly stage: string;
  readonly doneCount: number;
  readonly totalCount: number;
}

/** Gives the line for each report, or undefined where none is due. */
export function progressWords(
  now: () => number = () => performance.now(),
): (progress: OpeningProgress) => string | undefined {
  let told = now();
  let first: (OpeningProgress & { readonly at: number }) | undefined;
  return (progress) => {
    const { stage, doneCount, totalCount } = progress;
    const at = now();
    if (first?.stage !== stage) first = { ...progress, at };
    if (at - told < betweenMs || totalCount < fewestTold) return undefined;
    told = at;
    const [ms, count] = [at - first.at, doneCount - first.doneCount];
    const isKnown = count > 0 && (ms >= known.ms || count >= known.share01 * totalCount);
    const left = isKnown ? `, about ${formatTimeLeft((ms / count) * (totalCount - doneCount))} left` : "";
    const [done, total] = [doneCount, totalCount].map((count) => count.toLocaleString("en"));
    return `${stage} ${done} of ${total} images${left}`;
  };
}
