// The networks that files for devices are held to: all references, and random designs of every space, on small images.
import { createRandom } from "../../src/base/random.ts";
import { references, spaces } from "../../src/catalog/_catalog.ts";
import { shrunk } from "../../src/deploy/fixtures/measured.ts";
import type { Network } from "../../src/graph/network.ts";

export interface Tried {
  /** A space, or "references". */
  readonly group: string;
  /** Of one network among all. */
  readonly key: string;
  make(): Network;
}

export async function networksToTry(designs: number): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  for (const [name, entry] of Object.entries(references)) {
    const reference = await entry.load();
    const make = () => reference.build({ input: [3, 32, 32], classCount: 10, width: 0.25 });
    tried.push({ group: "references", key: name, make });
  }
  for (const [name, entry] of Object.entries(spaces)) {
    const definition = await entry.load();
    const given = [{ imageSize: 16, classCount: 10 }, {}, { sizeClass: "tiny" }];
    const parsed = given
      .map((options) => definition.options.safeParse(options))
      .find(({ success }) => success);
    const space = definition.create(parsed?.data as never);
    const random = createRandom(1, `designs of ${space.name}`);
    const seen = new Set<string>();
    // A space of few designs is tried whole.
    for (let draw = 0; draw < 50 * designs && seen.size < designs; draw += 1) {
      const choices = space.decisions.map(({ options }) => random.integer(options.length));
      const key = `${name} ${choices.join(",")}`;
      if (seen.has(key)) continue;
      seen.add(key);
      tried.push({ group: name, key, make: () => shrunk(space.decode(choices)) });
    }
  }
  return tried;
}
