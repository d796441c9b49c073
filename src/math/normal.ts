// The standard normal distribution in full double precision, in both tails: density, distribution function, quantile.
// Rational approximations, since the acquisition of a search evaluates them for every candidate.

const sqrtOf2Pi = Math.sqrt(2 * Math.PI);
const oneBySqrtOf2Pi = 1 / sqrtOf2Pi;

/** The density at `z`. */
export function normalPdf(z: number): number {
  return Math.exp((-z * z) / 2) / sqrtOf2Pi;
}

/**
 * P(Z < z), with a relative error of about 1e-15 on both sides (1e-13 beyond 8 deviations, where it is below 1e-15).
 * @see Cody (1969), "Rational Chebyshev approximations for the error function", https://doi.org/10.2307/2004390
 */
export function normalCdf(z: number): number {
  const size = Math.abs(z);
  if (!(size > 0.67448975)) return 0.5 + z * centre(z * z);
  if (size > 38.6) return z > 0 ? 1 : 0;
  const tail = splitExp(size) * (size < 5.656854249492381 ? nearTail(size) : farTail(size));
  return z > 0 ? 1 - tail : tail;
}

/** exp(−x² / 2) without the rounding error of the square: x is split where its square is exact. */
function splitExp(x: number): number {
  const whole = Math.trunc(x * 16) / 16;
  return Math.exp(-0.5 * whole * whole) * Math.exp(-0.5 * (x - whole) * (x + whole));
}

function centre(t: number): number {
  const above =
    (((0.06568233791820745 * t + 2.2352520354606837) * t + 161.02823106855587) * t + 1067.6894854603709) * t +
    18154.98125334356;
  const below =
    (((t + 47.202581904688245) * t + 976.0985517377767) * t + 10260.932208618979) * t + 45507.78933502673;
  return above / below;
}

const nearAbove = [
  1.0765576773720192e-8, 0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002,
  2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
];
const nearBelow = [
  1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097,
  34900.95272114598, 38912.00328609327, 19685.429676859992,
];

function nearTail(x: number): number {
  return polynomial(nearAbove, x) / polynomial(nearBelow, x);
}

const farAbove = [
  0.023073441764940174, 0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934,
  0.000029112874951168793,
];
const farBelow = [
  1, 1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824,
  0.00007297515550839662,
];

function farTail(x: number): number {
  const t = 1 / (x * x);
  return (oneBySqrtOf2Pi - (t * polynomial(farAbove, t)) / polynomial(farBelow, t)) / x;
}

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = 0; i < coefficients.length; i += 1) value = value * x + (coefficients[i] as number);
  return value;
}

const quantileCentre = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
] as const;
const quantileNear = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
] as const;
const quantileFar = [
  [
    2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124,
    0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133,
    0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
  ],
] as const;

/**
 * The z with P(Z < z) = `probability01`, with a relative error of about 1e-15; infinite at 0 and 1.
 * @see Wichura (1988), algorithm AS 241, https://doi.org/10.2307/2347330
 */
export function normalQuantile(probability01: number): number {
  if (probability01 <= 0) return -Infinity;
  if (probability01 >= 1) return Infinity;
  const q = probability01 - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(quantileCentre, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? probability01 : 1 - probability01));
  const size = r <= 5 ? ratio(quantileNear, r - 1.6) : ratio(quantileFar, r - 5);
  return q < 0 ? -size : size;
}

function ratio([above, below]: readonly [readonly number[], readonly number[]], x: number): number {
  return polynomial(above, x) / polynomial(below, x);
}
