// Designs in the order of their probability, when every decision is independent: the most probable first, then those
// that give up the least. Only as many are made as are asked for. It must not know where the probabilities come from.
import type { Choices } from "../../search/space.ts";
import type { Segments } from "./architecture.ts";

/** Every design once, by falling product of its options' probabilities. */
export function* byProbability(
  probabilities: ArrayLike<number>,
  segments: Segments,
): Generator<{ readonly choices: Choices; readonly probability01: number }, void, void> {
  const ranked = segments.map(({ first, count }) =>
    Array.from({ length: count }, (_, option) => ({ option, value: probabilities[first + option]! })).sort(
      (a, b) => b.value - a.value,
    ),
  );
  const productOf = (places: readonly number[]) =>
    places.reduce((product, place, decision) => product * ranked[decision]![place]!.value, 1);
  const begin = segments.map(() => 0);
  const waiting = [{ places: begin, probability01: productOf(begin) }];
  const met = new Set([begin.join()]);
  while (waiting.length > 0) {
    const next = waiting.pop()!;
    yield {
      choices: next.places.map((place, decision) => ranked[decision]![place]!.option),
      probability01: next.probability01,
    };
    for (const [decision, place] of next.places.entries()) {
      if (place + 1 === ranked[decision]!.length) continue;
      const places = next.places.with(decision, place + 1);
      if (met.has(places.join())) continue;
      met.add(places.join());
      const probability01 = productOf(places);
      const at = waiting.findIndex((other) => other.probability01 > probability01);
      waiting.splice(at === -1 ? waiting.length : at, 0, { places, probability01 });
    }
  }
}
