// Which size class of a space of stages suits a budget: a class whose middle design just fits leaves a search
// room on both sides.
import { networkCost } from "../../graph/cost.ts";
import type { ImageTask, Limits, Space } from "../space.ts";
import { type SizeClass, type StagedOptions, sizeClasses } from "../spaces/parts/stage-layout.ts";

/**
 * The largest class whose middle design stays within the maxima of `limits`; `tiny` when none does, and `small`
 * without any maximum, which trains in reasonable time on a processor.
 */
export function sizeClassFor(
  create: (options: StagedOptions) => Space,
  images: ImageTask,
  limits: Limits,
): SizeClass {
  const { maxParamCount = Number.POSITIVE_INFINITY, maxMacCount = Number.POSITIVE_INFINITY } = limits;
  if (limits.maxParamCount === undefined && limits.maxMacCount === undefined) return "small";
  const fits = (sizeClass: SizeClass) => {
    const space = create({ ...images, sizeClass, hyperparameters: false });
    const middle = space.decisions.map(({ options }) => Math.floor((options.length - 1) / 2));
    const { paramCount, macCount } = networkCost(space.decode(middle));
    return paramCount <= maxParamCount && macCount <= maxMacCount;
  };
  return sizeClasses.findLast(fits) ?? "tiny";
}
