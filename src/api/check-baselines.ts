// Which strategies a search may be compared with.
import { GeniusError } from "../base/errors.ts";
import { unknownName } from "../base/nearest.ts";
import { strategies } from "../catalog/_catalog.ts";
import { loadStrategy } from "../catalog/load.ts";
import type { StudyConfig } from "../study/journal-lines.ts";

/**
 * The names, each once.
 * @throws GeniusError `unknown-name` with the nearest one, `wrong-use` for the search's own strategy or one that needs a model.
 */
export async function checkBaselines(
  names: readonly string[],
  { strategy, model }: Pick<StudyConfig, "strategy" | "model">,
): Promise<readonly string[]> {
  const wanted = [...new Set(names)];
  for (const name of wanted) {
    if (!Object.hasOwn(strategies, name)) throw unknownName("strategy", name, Object.keys(strategies));
    if ((await loadStrategy(name)).model === "required")
      throw new GeniusError(
        "wrong-use",
        `The strategy ${name} needs a model, and a baseline has none. Choose another baseline, such as random or largest-first.`,
      );
    // With a model it is another search than without.
    if (name === strategy && model === undefined)
      throw new GeniusError(
        "wrong-use",
        `The search itself goes by ${name}, so it cannot be its own baseline. Choose another one, such as random or largest-first.`,
      );
  }
  return wanted;
}
