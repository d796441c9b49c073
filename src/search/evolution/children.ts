// Changed networks of a parent that may be proposed: within the limits, and none that is known. Each network counts once,
// whatever its nodes are called (its canonical key).
import type { Random } from "../../base/random.ts";
import { canonicalKey } from "../../graph/canonical.ts";
import { drawChange } from "../../graph/changes/index.ts";
import type { Network } from "../../graph/network.ts";
import { networkViolations } from "../constraints/create-domain.ts";
import type { Limits } from "../space.ts";

export interface Child {
  readonly network: Network;
  readonly key: string;
  /** What was changed, each change in words. */
  readonly changes: readonly string[];
}

export interface ChildSetting {
  readonly limits: Limits;
  readonly random: Random;
  /** Whether a network was proposed before. */
  isKnown(key: string): boolean;
}

const drawsForEach = 12;

/** Different children, at most `count`: mostly of one change, some of two or three. */
export function drawChildren(parent: Network, count: number, setting: ChildSetting): readonly Child[] {
  const { limits, random, isKnown } = setting;
  const found = new Map<string, Child>();
  for (let draw = 0; draw < drawsForEach * count && found.size < count; draw += 1) {
    let network = parent;
    const changes: string[] = [];
    do {
      const change = drawChange(network, { random });
      if (change === undefined) break;
      network = change.network;
      changes.push(change.words);
    } while (changes.length < 3 && random.next() < 0.3);
    if (changes.length === 0 || networkViolations(network, limits).length > 0) continue;
    const key = canonicalKey(network);
    if (!isKnown(key)) found.set(key, { network, key, changes });
  }
  return [...found.values()];
}
