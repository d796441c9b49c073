// The largest networks first: by multiply–accumulates, downwards. The baseline that asks whether a search found
// more than "bigger is better".
import { z } from "zod";
import { largestFeasible, neighbours } from "../constraints/create-domain.ts";
import type { Choices } from "../space.ts";
import { defineStrategy } from "../strategy.ts";

export default defineStrategy({
  name: "largest-first",
  summary: "The largest allowed network, then the next largest by multiply–accumulates.",
  source: "the baseline of Yang et al. 2020, https://arxiv.org/abs/1912.12522, taken literally",
  model: "none",
  options: z.object({}),
  create({ domain }) {
    const known = new Set<string>();
    const seen = new Set<string>();
    const frontier = createFrontier();
    let begun = false;
    const offer = (choices: Choices) => {
      const key = choices.join();
      if (seen.has(key)) return;
      seen.add(key);
      if (domain.isFeasible(choices)) frontier.add(choices, domain.costOf(choices).macCount);
    };
    const begin = () => {
      if (begun) return;
      begun = true;
      const start = largestFeasible(domain, "macCount");
      if (start !== undefined) offer(start);
    };
    /** The next largest design is one step from a larger one, so each design opens its neighbours, once. */
    const take = (choices: Choices) => {
      begin();
      const key = choices.join();
      if (known.has(key)) return;
      known.add(key);
      for (const near of neighbours(domain.space, choices)) offer(near);
    };
    return {
      async propose({ pending }) {
        begin();
        for (const proposal of pending) take(proposal.choices);
        const next = frontier.largest((choices) => !known.has(choices.join()));
        return next && { choices: next, fidelity: {}, by: "largest-first" };
      },
      observe({ proposal }) {
        if (proposal.unreadable === undefined) take(proposal.choices);
      },
    };
  },
});

interface Entry {
  readonly choices: Choices;
  readonly macCount: number;
  readonly order: number;
}

/** A binary heap of designs, the largest first; of equal ones the first that was added. */
function createFrontier() {
  const heap: Entry[] = [];
  let added = 0;
  const isBefore = (a: number, b: number) => {
    const [first, second] = [heap[a]!, heap[b]!];
    return (
      first.macCount > second.macCount || (first.macCount === second.macCount && first.order < second.order)
    );
  };
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  const removeFirst = () => {
    swap(0, heap.length - 1);
    heap.pop();
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let first = at;
      if (left < heap.length && isBefore(left, first)) first = left;
      if (right < heap.length && isBefore(right, first)) first = right;
      if (first === at) return;
      swap(at, first);
      at = first;
    }
  };
  return {
    add(choices: Choices, macCount: number): void {
      heap.push({ choices, macCount, order: added });
      added += 1;
      for (let at = heap.length - 1; at > 0; ) {
        const parent = Math.floor((at - 1) / 2);
        if (!isBefore(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    /** The largest one that is free; those before it are dropped for good. */
    largest(isFree: (choices: Choices) => boolean): Choices | undefined {
      while (heap[0] !== undefined && !isFree(heap[0].choices)) removeFirst();
      return heap[0]?.choices;
    },
  };
}
