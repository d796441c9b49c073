// The prefix of an exported network: C text is written with `net_` and `NET_`, which become the network's own name. Text from
// outside is kept out of that: a class may be called net_bag.

/** Keeps text from outside out of the naming: a class may be called net_bag. */
export function outsideText() {
  const kept: string[] = [];
  return {
    keep(text: string) {
      kept.push(text);
      return `\0${kept.length - 1}\0`;
    },
    putBack: (text: string) => text.replace(/\0(\d+)\0/g, (_, index) => kept[Number(index)] as string),
  };
}

/** C text with the network's own prefix in place of `net_` and `NET_`. */
export function named(text: string, name: string): string {
  return text.replace(/\b(net_(?=[a-z]|\.h)|NET_(?=[A-Z]))(\.h)?/g, (_, prefix, file) => {
    if (file !== undefined) return `${name}.h`;
    return prefix === "net_" ? `${name}_` : `${name.toUpperCase()}_`;
  });
}
