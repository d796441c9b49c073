// What a strategy may propose in a race whose person named no limit for multiply–accumulates: networks that are not much slower
// than the first reference. A larger one sees too few images in the time to be compared at all.
import { createRandom } from "../../base/random.ts";
import { createDomain } from "../constraints/create-domain.ts";
import type { Domain } from "../constraints/domain.ts";
import type { FittedReference } from "../references/reference.ts";

/** Without this, the first designs of `hybrid` on digits had five times the MACs of ResNet-8 and were at chance when it was not. */
const timesReference = 2;

/** Undefined where there is a limit, or no reference, and where nothing would be left. */
export function raceDomain(domain: Domain, references: readonly FittedReference[]): Domain | undefined {
  const [first] = references;
  if (first === undefined || domain.limits.maxMacCount !== undefined) return undefined;
  const limits = { ...domain.limits, maxMacCount: timesReference * first.macCount };
  const narrowed = createDomain(domain.space, limits);
  return narrowed.sample(createRandom("feasible")) === undefined ? undefined : narrowed;
}
