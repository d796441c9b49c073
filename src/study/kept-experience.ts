// What a run was offered and told of experience when it began, as its journal keeps it. The networks that a person has kept change from
// day to day; a run that is resumed or replayed goes by this, and not by what is there then.
import { z } from "zod";
import { isFromExperience } from "../search/proposed-network.ts";
import { nameInWords } from "../search/references/reference.ts";
import type { ToldNetwork } from "../search/strategy.ts";
import type { Proposal } from "../search/trial.ts";

/** A network that won before, and is tried where it fits. */
export interface OfferedNetwork {
  readonly name: string;
  /** Where it won and by how much, as the end of a sentence that begins with its name. */
  readonly words: string;
  /** In the language; absent for one that comes with the package. */
  readonly text?: string | undefined;
  /** It won on the same data. */
  readonly isOfSameData?: true | undefined;
}

export interface KeptExperience {
  /** For a search by the clock, best first; those that fit are tried. */
  readonly offered: readonly OfferedNetwork[];
  /** For a model that writes a space. */
  readonly told: readonly ToldNetwork[];
}

/** What `true` meant in the first journals that had this field. */
const first: KeptExperience = {
  offered: [{ name: "early-resnet", words: "which won in earlier measurements" }],
  told: [],
};

export const keptExperience: z.ZodType<KeptExperience> = z.union([
  z.literal(true).transform(() => first),
  z.object({
    offered: z.array(
      z.object({
        ...{ name: z.string(), words: z.string(), text: z.string().optional() },
        isOfSameData: z.literal(true).optional(),
      }),
    ),
    told: z.array(z.object({ words: z.string(), text: z.string() })),
  }),
]);

/** "digits-1 at 84 % width, kept from runs/first: +2.10 points …"; undefined for what is not from experience. */
export function experienceWords(
  experience: KeptExperience | undefined,
  { by, network }: Pick<Proposal, "by" | "network">,
): string | undefined {
  if (network === undefined || !isFromExperience({ by })) return undefined;
  const found = experience?.offered.find(
    ({ name }) => network.name === name || network.name.startsWith(`${name} ×`),
  );
  return found && `${nameInWords(network.name)}, ${found.words}`;
}
