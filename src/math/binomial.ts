// The binomial distribution: how likely that many successes are by chance, and what share they may stand for.

/** P(X ≥ `atLeast`) for X successes among `count` independent draws of probability `chance01` each. */
export function binomialTail(atLeast: number, count: number, chance01: number): number {
  if (atLeast <= 0) return 1;
  if (atLeast > count || chance01 <= 0) return 0;
  if (chance01 >= 1) return 1;
  const [success, failure] = [Math.log(chance01), Math.log1p(-chance01)];
  let logChoose = 0;
  let total = 0;
  for (let k = 0; k <= count; k += 1) {
    if (k > 0) logChoose += Math.log((count - k + 1) / k);
    if (k >= atLeast) total += Math.exp(logChoose + k * success + (count - k) * failure);
  }
  return Math.min(1, total);
}

/**
 * The standard deviation of a share of `count` draws, with one success and one failure more than were seen: six right of six are
 * no certainty.
 */
export function deviationOfShare(share01: number, count: number): number {
  const share = (share01 * count + 1) / (count + 2);
  return Math.sqrt((share * (1 - share)) / count);
}

/** Wilson's 95 % interval of a share. @see Wilson (1927), "Probable inference, the law of succession". */
export function wilsonInterval(successes: number, count: number): readonly [number, number] {
  const z = 1.959964;
  const share = successes / count;
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))) / (1 + z ** 2 / count);
  return [centre - half, centre + half];
}
