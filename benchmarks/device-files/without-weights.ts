// The header of a large network for a compiler that only says how large the program is.
const array = /static const int8_t (\w+)\[(\d+)\] (\w+) = \{[^}]*\};/g;
/** Shorter arrays stay as they are. */
const minLength = 20_000;

/** With large arrays of the same sizes and nothing in them. */
export const withoutWeights = (header: string): string =>
  header.replace(array, (all, id: string, length: string, attribute: string) =>
    Number(length) < minLength ? all : `static const int8_t ${id}[${length}] ${attribute} = {1};`,
  );
