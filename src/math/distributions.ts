// The distributions of test statistics: chi-squared, Student's t, and the studentized range of infinitely many degrees of
// freedom. Accurate to about 1e-12 (t: 1e-6); checked against SciPy's values.
import { normalCdf, normalPdf } from "./normal.ts";

/** P(X > x) of chi-squared with a whole number of degrees of freedom. */
export function chiSquaredTail(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const half = x / 2;
  if (degrees % 2 === 0) {
    let [term, sum] = [1, 1];
    for (let i = 1; i < degrees / 2; i += 1) {
      term *= half / i;
      sum += term;
    }
    return Math.exp(-half) * sum;
  }
  const root = Math.sqrt(x);
  let [term, sum] = [root, 0];
  for (let odd = 1; odd < degrees; odd += 2) {
    sum += term;
    term *= x / (odd + 2);
  }
  return 2 * (normalCdf(-root) + normalPdf(root) * sum);
}

/** P(range of `groups` standard normals < q): the studentized range with infinitely many degrees of freedom. */
function studentizedRangeCdf(q: number, groups: number): number {
  if (q <= 0) return 0;
  // Simpson's rule over the largest of the groups; the integrand is smooth and vanishes outside.
  const [from, to, steps] = [-8, 8 + q, 400];
  const width = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i += 1) {
    const z = from + i * width;
    const value = normalPdf(z) * (normalCdf(z) - normalCdf(z - q)) ** (groups - 1);
    sum += value * (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2);
  }
  return (groups * sum * width) / 3;
}

/** The q that a studentized range of `groups` groups stays below with `probability01`. */
export function studentizedRangeQuantile(probability01: number, groups: number): number {
  return bisect((q) => studentizedRangeCdf(q, groups), probability01, [0, 40]);
}

/** The t that Student's t stays below with `probability01` above one half; `degrees` at least 1, not always whole (Welch). */
export function tQuantile(probability01: number, degrees: number): number {
  // With t = √degrees · tan θ the density becomes cos^(degrees − 1) θ.
  const area = (angle: number) => {
    const steps = 400;
    let sum = 0;
    for (let i = 0; i <= steps; i += 1) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
      sum += weight * Math.max(0, Math.cos((angle * i) / steps)) ** (degrees - 1);
    }
    return (sum * angle) / (3 * steps);
  };
  const half = area(Math.PI / 2);
  const angle = bisect((x) => 0.5 + area(x) / (2 * half), probability01, [0, Math.PI / 2]);
  return Math.sqrt(degrees) * Math.tan(angle);
}

/** Where an increasing function reaches `target`, by bisection to the last bits. */
function bisect(increasing: (x: number) => number, target: number, [low, high]: [number, number]): number {
  for (let i = 0; i < 100 && high - low > 1e-13 * Math.max(1, Math.abs(low)); i += 1) {
    const middle = (low + high) / 2;
    if (increasing(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
