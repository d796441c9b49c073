// Random numbers that are the same on every machine. A stream is named by a path such as
// (study seed, "trial", 12): each stream gives the same numbers, whatever else is drawn and in whatever order.
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** Uniform in [0, 1), with 32 bits of precision. */
  next(): number;
  /** Uniform integer in [0, bound). `bound` must be a positive integer below 2^32. */
  integer(bound: number): number;
  /** A standard normal variate (Box–Muller). */
  normal(): number;
  /** One of `items`, uniformly. `items` must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** A new array with the items in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** The stream named by `path`: the same path gives the same numbers. */
export function createRandom(...path: readonly (number | string)[]): Random {
  const generator = xoroshiro128plus(hash(path.join("/")));
  const next = () => (generator.next() >>> 0) / 0x1_0000_0000;
  const integer = (bound: number) => Math.floor(next() * bound);
  return {
    next,
    integer,
    normal() {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return radius * Math.cos(2 * Math.PI * next());
    },
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError("pick() needs at least one item");
      return items[integer(items.length)] as T;
    },
    shuffle<T>(items: readonly T[]): T[] {
      const result = [...items];
      for (let i = result.length - 1; i > 0; i -= 1) {
        const j = integer(i + 1);
        [result[i], result[j]] = [result[j] as T, result[i] as T];
      }
      return result;
    },
  };
}

/** FNV-1a over UTF-16 code units, finished by MurmurHash3's mixer so that near paths give far seeds. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return state ^ (state >>> 16);
}
