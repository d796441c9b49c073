// Grid search: every allowed design once, in an order that spreads over the whole space from the first evaluations on.
// The exhaustive search, for small spaces and as a baseline without chance.
import { z } from "zod";
import { createKnownDesigns, designAt, freeDesigns } from "../sampling/unseen.ts";
import { defineStrategy } from "../strategy.ts";

/** Places passed over in one proposal before the design there is repaired instead. */
const patience = 1000;

export default defineStrategy({
  name: "grid",
  summary: "Every allowed design once, in an order that spreads over the space.",
  source: "exhaustive search; the order is a Kronecker sequence of the golden ratio over the list of designs",
  model: "none",
  options: z.object({}),
  create({ domain }) {
    const { space } = domain;
    const count = space.decisions.reduce((product, { options }) => product * BigInt(options.length), 1n);
    const stride = strideOf(count);
    const known = createKnownDesigns(domain.space);
    /** Places before it hold nothing that is still to be tried. */
    let cursor = 0n;
    return {
      async propose({ pending }) {
        const isFree = freeDesigns(known, pending);
        let first = true;
        for (let place = cursor, passed = 0; place < count; place += 1n, passed += 1) {
          const design = designAt(space, (place * stride) % count);
          const isOpen = !known.has(design) && domain.isFeasible(design);
          if (first && !isOpen) cursor = place + 1n;
          else first = false;
          if (isOpen && isFree(design)) return { choices: design, fidelity: {}, by: "grid" };
          if (passed < patience || known.has(design)) continue;
          const repaired = domain.repair(design);
          if (repaired === undefined) return undefined;
          if (isFree(repaired)) return { choices: repaired, fidelity: {}, by: "grid", repairedFrom: design };
        }
        return undefined;
      },
      observe(trial) {
        known.observe(trial);
      },
    };
  },
});

/** A step without a common divisor with `count`, nearest above its golden section. */
function strideOf(count: bigint): bigint {
  let stride = (count * 618_034n) / 1_000_000n || 1n;
  while (divisor(stride, count) !== 1n) stride += 1n;
  return stride;
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}
