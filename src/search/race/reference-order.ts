// In which order the references start where there is no time for all: first what learns most in a short training on a
// processor. Networks of dense 3×3 convolutions get more out of a second than depthwise ones, whose multiply–accumulates
// are few but slow. The order is that of one race on CIFAR-10 (at most 80k parameters and 12.5M MACs, 12.5 s each on one core,
// 2026-11-30): 38.6, 33.9, 33.2, 31.1, 30.4, 23.3, 18.3 and 10.4 %; but resnet-20 (30.5 %) is second, since it learns
// slowly and ends ahead of these in long trainings.
const bestFirst: readonly string[] = [
  "resnet-8",
  "resnet-20",
  "all-cnn",
  "mobilenet-v3-small",
  "ds-cnn",
  "convnext",
  "shufflenet-v2",
  "mobilenet-v1",
  "mobilenet-v2",
];

/** The same, best first; those that have no place in the order come last. */
export function inOrder<Named extends { readonly name: string }>(references: readonly Named[]): Named[] {
  const placeOf = ({ name }: Named) => {
    const place = bestFirst.indexOf(name);
    return place === -1 ? bestFirst.length : place;
  };
  return [...references].sort((a, b) => placeOf(a) - placeOf(b));
}
