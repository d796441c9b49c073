// Runs an asynchronous function over a sequence with a bounded number of calls under way, and gives the results
// in the order of the sequence. What lets libuv's threads decode in parallel while the output stays deterministic.

/** Results of `transform` over `items`, in order, with up to `width` calls under way. The first error ends it. */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  transform: (item: T) => Promise<R>,
  width = 16,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = transform(item);
      result.catch(() => undefined); // it is thrown when its turn comes; until then it must not count as unhandled
      underWay.push(result);
      if (underWay.length >= width) yield await (underWay.shift() as Promise<R>);
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(underWay);
  }
}
