// Sample images for a model that can see (`--images N`): one picture of the training images, a row a class, before the first prompt's
// text, which says what it shows. Made once, when it is first asked with; a search of a published table has none.
import { z } from "zod";
import { GeniusError, messageOf } from "../../base/errors.ts";
import { type ChatImage, type ChatMessage, charactersOfImage } from "../../llm/index.ts";
import { sheetLayout } from "../../tasks/image-classification/sheet-layout.ts";
import type { StrategySetting } from "../strategy.ts";

export const imagesOption = z
  .int()
  .min(0)
  .max(20)
  .default(0)
  .describe("sample images of each class that the model is shown, for a model that can see (0: none)")
  .meta({ placeholder: "N" });

export interface SampleImages {
  /** Characters of text that cost about as much as the picture. */
  readonly characters: number;
  /** The messages with the picture in the first of the user's. */
  shownWith(messages: readonly ChatMessage[]): Promise<readonly ChatMessage[]>;
}

const none: SampleImages = { characters: 0, shownWith: async (messages) => messages };

/** @throws GeniusError `wrong-use` where there are no images, or so many that none could be seen. */
export function createSampleImages(
  { domain: { space }, training }: Pick<StrategySetting, "domain" | "training">,
  perClass: number,
): SampleImages {
  if (perClass === 0) return none;
  if (training === undefined) throw noImages("this search has none");
  const { input, classCount } = space;
  const layout = sheetLayout(input as readonly [number, number, number], { classCount, perClass });
  let made: Promise<{ readonly image: ChatImage; readonly words: string }> | undefined;
  const make = async () => {
    const [, height, width] = input;
    const dataset = await training
      .openDataset([height as number, width as number])
      .catch((thrown: unknown) => {
        throw noImages(messageOf(thrown));
      });
    const { contactSheet } = await import("../../tasks/image-classification/contact-sheet.ts");
    const { png, hash, classNames, ...size } = await contactSheet(dataset.train, {
      classNames: dataset.classNames,
      perClass,
    });
    const of =
      classNames.length < classCount
        ? `${classNames.length} of the ${classCount} classes`
        : `the ${classCount} classes`;
    return {
      image: { mediaType: "image/png", bytes: png, hash, width: size.width, height: size.height } as const,
      words: `The picture shows ${perClass} training images of each of ${of}, a row a class, from top to bottom: ${classNames.join(", ")}.`,
    };
  };
  return {
    characters: charactersOfImage(layout),
    async shownWith(messages) {
      made ??= make();
      const { image, words } = await made;
      const first = messages.findIndex(({ role }) => role === "user");
      return messages.map((message, index) => {
        if (index !== first) return message;
        const { content, stable } = message;
        const before = `${words}\n\n`;
        return {
          ...message,
          content: `${before}${content}`,
          images: [image],
          ...(stable !== undefined && { stable: stable + before.length }),
        };
      });
    },
  };
}

const noImages = (why: string) =>
  new GeniusError(
    "wrong-use",
    `--images shows the model samples of the images that are trained on, and there are none to show: ${why.replace(/\.$/, "")}. Leave it out for a published table.`,
  );
