// References for a race, as large as what they are compared with: where the person set no upper limit, the largest allowed
// design of the space is the limit. A network far larger than any design sees too few images to be a fair comparison.
// Memory that a device has says what fits, not how large a network should be: it widens none beyond its published width, and
// so the designs, which are bounded by the first reference, stay as small as in a search without a device.
import { largestFeasible } from "../constraints/create-domain.ts";
import type { Domain } from "../constraints/domain.ts";
import {
  type FitSetting,
  type FittedReference,
  fitReference,
  type ReferenceDefinition,
} from "../references/reference.ts";

/**
 * Those that fit, in the same order. Without a limit of parameters or MACs none is wider than it was published.
 * @param bound `maxWidth`: none is wider than that, in any case
 */
export function fitReferences(
  domain: Domain,
  definitions: readonly ReferenceDefinition[],
  bound: Pick<FitSetting, "maxWidth"> = {},
): readonly FittedReference[] {
  const { limits, space } = domain;
  const images = { input: space.input, classCount: space.classCount };
  const largest = (by: "paramCount" | "macCount") => {
    const choices = largestFeasible(domain, by);
    return choices && domain.costOf(choices)[by];
  };
  const maxParamCount = limits.maxParamCount ?? largest("paramCount");
  const maxMacCount = limits.maxMacCount ?? largest("macCount");
  const bounds = {
    ...limits,
    ...(maxParamCount !== undefined && { maxParamCount }),
    ...(maxMacCount !== undefined && { maxMacCount }),
  };
  const isSized = limits.maxParamCount !== undefined || limits.maxMacCount !== undefined;
  const setting = isSized ? { ...images, ...bound } : { ...images, maxWidth: 1 };
  return definitions.flatMap((definition) => fitReference(definition, setting, bounds) ?? []);
}
