// In which order the references start where there is no time for all: first what learns most in a short training on a
// processor. Networks of dense 3×3 convolutions get more out of a second than depthwise ones, whose multiply–accumulates
// are few but slow; the large kernels of ConvNeXt come last. (Reasoned, not measured.)
const bestFirst: readonly string[] = [
  "resnet-8",
  "resnet-20",
  "mobilenet-v2",
  "all-cnn",
  "shufflenet-v2",
  "mobilenet-v3-small",
  "ds-cnn",
  "mobilenet-v1",
  "convnext",
];

/** The same, best first; those that have no place in the order come last. */
export function inOrder<Named extends { readonly name: string }>(references: readonly Named[]): Named[] {
  const placeOf = ({ name }: Named) => {
    const place = bestFirst.indexOf(name);
    return place === -1 ? bestFirst.length : place;
  };
  return [...references].sort((a, b) => placeOf(a) - placeOf(b));
}
