// Pieces of the texts in which spaces say themselves (`Space.asText`). It knows the language's forms and no space.
import type { SpaceText } from "../../space.ts";
import type { StageLayout } from "./stage-layout.ts";

/** `{16|24|32}`: one decision. */
export const alternatives = (options: readonly (string | number)[]): string => `{${options.join("|")}}`;

export const strideText = (stride: number): string => (stride === 1 ? "" : ` s${stride}`);

export const stemText = ({ channels, kernel, stride }: StageLayout["stem"]): string =>
  `conv ${channels} k${kernel}${strideText(stride)} norm relu`;

export const trainingIsUnsayable: SpaceText = {
  unsayable: "its learning rate and weight decay are decisions too, and a text says networks only",
};
