// A run's network beside a hand-designed one that was trained alone for as long, in one sentence for every surface: what the
// search was worth beside training a known network for the same time.
import { formatCount } from "../base/units.ts";
import { nameInWords } from "../search/references/reference.ts";
import type { JournalState } from "./fold.ts";
import { type TestDifference, testDifference } from "./test-difference.ts";

export interface BesideReference {
  readonly kind: TestDifference["kind"];
  readonly words: string;
  /** For a row of a list. */
  readonly short: string;
}

/** Undefined where no reference was trained, or either has no figure on test data. */
export function besideReferenceRun({
  header,
  result,
  reference,
}: Pick<JournalState, "header" | "result" | "reference">): BesideReference | undefined {
  if (header === undefined || reference === undefined) return undefined;
  const { metric } = header.config;
  const [own, other] = [result?.testMetrics?.[metric.name], reference.testMetrics[metric.name]];
  if (own === undefined || other === undefined) return undefined;
  const { kind, words } = testDifference(metric, { own, other, images: reference.testImages });
  const name = nameInWords(reference.name);
  const size = `${name} (${formatCount(reference.paramCount)} parameters), trained alone for as long`;
  if (kind === "unclear")
    return {
      kind,
      words: `Not shown to differ from ${size}: ${words}.`,
      short: `as good as ${name}, within the noise`,
    };
  return {
    kind,
    words: `${kind === "better" ? "Better" : "Worse"} than ${size}: ${words}.`,
    short: `${kind} than ${name}`,
  };
}
