// The walk along a program's chains that elaboration and the scopes of choices share: statements in their order, wires by
// their name, items one after the other. What an item does to the value that flows is the caller's.
import type { Chain, Item, Program, Statement } from "./program.ts";

interface WalkScope<Value> {
  /** The value with which the block or bracket begins. */
  readonly start: Value;
  readonly wires: Map<string, Value>;
}

export interface Walk<Value, Scope> {
  /** The value that a body ends with. */
  run(body: Program["body"], scope: Scope): Value;
  /** The value that a chain ends with, begun at `at` where it names no other start. */
  follow(chain: Chain, at: Value, scope: Scope): Value;
}

export function createWalk<Value, Scope extends WalkScope<Value>>(does: {
  define(statement: Extract<Statement, { readonly kind: "value" }>, scope: Scope): void;
  item(item: Item, from: Value, scope: Scope): Value;
}): Walk<Value, Scope> {
  const walk: Walk<Value, Scope> = {
    run(body, scope) {
      let flow = scope.start;
      for (const statement of body) {
        if (statement.kind === "value") {
          does.define(statement, scope);
          continue;
        }
        const value = walk.follow(statement.chain, flow, scope);
        if (statement.kind === "wire") scope.wires.set(statement.name, value);
        else flow = value;
      }
      return flow;
    },
    follow({ start, items }, at, scope) {
      let value = at;
      if (start !== undefined)
        value = start.wire === "in" ? scope.start : (scope.wires.get(start.wire) as Value);
      for (const item of items) value = does.item(item, value, scope);
      return value;
    },
  };
  return walk;
}
