// Which size class of a space of stages suits a budget: a class whose middle design just fits leaves a search
// room on both sides.
import type { ImageTask, Limits, Space } from "../space.ts";
import { type SizeClass, type StagedOptions, sizeClasses } from "../spaces/parts/stage-layout.ts";
import { networkViolations } from "./create-domain.ts";

/**
 * The largest class whose middle design stays within the maxima of `limits`; `tiny` when none does, and `small`
 * without any maximum, which trains in reasonable time on a processor.
 */
export function sizeClassFor(
  create: (options: StagedOptions) => Space,
  images: ImageTask,
  limits: Limits,
): SizeClass {
  const { minParamCount: _params, minMacCount: _macs, precision: _precision, ...maxima } = limits;
  if (Object.keys(maxima).length === 0) return "small";
  const fits = (sizeClass: SizeClass) => {
    const space = create({ ...images, sizeClass, hyperparameters: false });
    const middle = space.decisions.map(({ options }) => Math.floor((options.length - 1) / 2));
    const broken = networkViolations(space.decode(middle), limits);
    return broken.every(({ bound }) => bound === "min");
  };
  return sizeClasses.findLast(fits) ?? "tiny";
}
