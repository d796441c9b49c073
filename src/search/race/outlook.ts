// What a race will be like, before it begins: how many references and designs there is time for, in numbers and words.
import { formatCount, formatDuration } from "../../base/units.ts";
import type { RaceSetting } from "./race.ts";

export interface RaceOutlook {
  /** Names of the references that there is time for, in their order. */
  readonly references: readonly string[];
  /** About how many designs of the space. */
  readonly designs: number;
}

export function outlookOf({ plan, references, experience = [] }: RaceSetting): RaceOutlook {
  const places = Math.max(1, plan.places - (plan.places >= 5 ? 1 : 0));
  const shown = references.slice(0, Math.max(1, Math.floor(places / 2)));
  return {
    references: shown.map(({ name }) => name),
    designs: Math.max(1, places - shown.length - experience.length),
  };
}

/** "search for 24 min 00 s: 9 hand-designed networks and about 16 designs of mobile, 44 s each, the best 131 s, the last 2 394 s". */
export function outlookWords(
  setting: RaceSetting,
  { space, searchSeconds, finalSeconds }: { space: string; searchSeconds: number; finalSeconds: number },
): string {
  const { references, designs } = outlookOf(setting);
  const seconds = (value: number) => formatDuration(value * 1000);
  const [base, ...longer] = setting.plan.rungs as readonly [number, ...number[]];
  const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const { experience = [] } = setting;
  const start =
    references.length === 0
      ? ""
      : `${plural(references.length, "hand-designed network")}${experience.length === 0 ? " and " : ", "}`;
  const proven =
    experience.length === 0 ? "" : `${experience.map(({ name }) => name).join(", ")} (won elsewhere) and `;
  const rungs = longer.map((each) => seconds(each)).join(", then ");
  const further = longer.length === 0 ? "" : `, the best of them ${rungs}`;
  const macs = setting.designs?.limits.maxMacCount;
  const within = macs === undefined ? "" : ` with at most ${formatCount(macs)} MACs`;
  return `search for ${seconds(searchSeconds)}: ${start}${proven}about ${plural(designs, "design")} of ${space}${within}, ${seconds(base)} of training each${further}; final training ${seconds(finalSeconds)}`;
}
