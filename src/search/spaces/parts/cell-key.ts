// One text for all cells of four feature maps that are one network: edges that lead nowhere and the order of a sum leave
// no trace, and a convolution that is read twice is not two of them. In a thousandth of the time of the graph's own
// canonical key, with the same classes.
import type { Choices } from "../../space.ts";
import { cellEdges } from "./cell-blocks.ts";

/** What an option does on an edge: nothing, pass on what comes, or compute something, with weights of its own or without. */
export type EdgeRole = "zero" | "identity" | "pure" | "weighted";

/** The same text for two choices exactly where their cells compute the same; `roleOf` may depend on where the edge begins. */
export function cellKey(choices: Choices, roleOf: (option: number, from: number) => EdgeRole): string {
  const spell = (tags: ReadonlyMap<number, string>) => {
    const nodes = ["x"];
    for (const node of [1, 2, 3]) {
      const terms = cellEdges.flatMap(({ to, from }, edge) => {
        const option = choices[edge] as number;
        const source = nodes[from] as string;
        const role = roleOf(option, from);
        if (to !== node || role === "zero" || (role === "identity" && source === "0")) return [];
        return role === "identity" ? [source] : [`${option}${tags.get(edge) ?? ""}[${source}]`];
      });
      nodes.push(terms.length < 2 ? (terms[0] ?? "0") : `(${terms.sort().join("+")})`);
    }
    return nodes[3] as string;
  };
  const weighted = cellEdges.flatMap(({ from }, edge) =>
    roleOf(choices[edge] as number, from) === "weighted" ? [edge] : [],
  );
  const marked = spell(new Map(weighted.map((edge) => [edge, `#${edge}`])));
  // Only what is read several times must be recognised, under whichever names give the first text of all.
  const shared = weighted.filter((edge) => marked.split(`#${edge}`).length > 2);
  const texts = ordersOf(shared).map((order) =>
    spell(new Map(order.map((edge, at) => [edge, "abc"[at] as string]))),
  );
  return texts.sort()[0] as string;
}

function ordersOf(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    ordersOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
