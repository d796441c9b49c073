// Limits as they are asked for, and as a domain takes them.
import { GeniusError } from "../base/errors.ts";
import { formatCount } from "../base/units.ts";
import { loadDevice } from "../catalog/devices.ts";
import { deviceLimits } from "../graph/device.ts";
import { defaultPrecision } from "../search/constraints/memory.ts";
import type { Limits } from "../search/space.ts";
import type { LimitSettings } from "../study/limit-settings.ts";

/**
 * Limits as a domain takes them: those of a device, unless others are given.
 * @throws GeniusError for a device that is not known, and `wrong-use` for a minimum above its maximum.
 */
export function limitsOf(settings: Partial<LimitSettings>): Limits {
  const { maxParams, minParams, maxMacs, minMacs, device, precision } = settings;
  const ofDevice = device === undefined ? undefined : deviceLimits(loadDevice(device));
  refuseCrossed(minParams, maxParams, "parameters");
  refuseCrossed(minMacs, maxMacs, "MACs");
  const maxRamBytes = settings.maxRam ?? ofDevice?.maxRamBytes;
  const maxFlashBytes = settings.maxFlash ?? ofDevice?.maxFlashBytes;
  return {
    ...(minParams !== undefined && { minParamCount: minParams }),
    ...(maxParams !== undefined && { maxParamCount: maxParams }),
    ...(minMacs !== undefined && { minMacCount: minMacs }),
    ...(maxMacs !== undefined && { maxMacCount: maxMacs }),
    ...(maxRamBytes !== undefined && { maxRamBytes }),
    ...(maxFlashBytes !== undefined && { maxFlashBytes }),
    ...((maxRamBytes !== undefined || maxFlashBytes !== undefined) && {
      precision: precision ?? defaultPrecision,
    }),
  };
}

function refuseCrossed(min: number | undefined, max: number | undefined, of: string): void {
  if (min === undefined || max === undefined || min <= max) return;
  throw new GeniusError(
    "wrong-use",
    `The minimum of ${formatCount(min)} ${of} is above the maximum of ${formatCount(max)}: no network is between them.`,
  );
}
