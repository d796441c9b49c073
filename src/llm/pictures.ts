// Pictures in what a model is sent: what they cost, where a run keeps them, and how a server says that it takes none. A record
// holds a picture's hash; the file beside it is for people.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";
import type { ChatImage, ChatMessage } from "./chat.ts";
import { charactersPerToken } from "./prices.ts";

/**
 * Tokens of a picture, as Anthropic counts them; other providers count 260 to 1,600 for one of the largest size.
 * @see https://docs.claude.com/en/docs/build-with-claude/vision
 */
const tokensOfImage = ({ width, height }: Pick<ChatImage, "width" | "height">) =>
  Math.ceil((width * height) / 750);

/** Characters of text that cost about as much. */
export const charactersOfImage = (image: Pick<ChatImage, "width" | "height">): number =>
  charactersPerToken * tokensOfImage(image);

export const picturesOf = (messages: readonly ChatMessage[]): readonly ChatImage[] =>
  messages.flatMap(({ images = [] }) => images);

/** Where a run keeps a picture, from its folder. */
const pictureFile = ({ hash }: Pick<ChatImage, "hash">): string => `pictures/${hash.slice(0, 32)}.png`;

/** Of a picture that a run kept. @throws GeniusError `not-found` where there is none. */
export async function readPicture(folder: string, hash: string): Promise<Uint8Array<ArrayBuffer>> {
  const known = /^[0-9a-f]{32,64}$/.test(hash);
  const bytes = known
    ? await readFile(join(folder, pictureFile({ hash }))).catch(() => undefined)
    : undefined;
  if (bytes === undefined)
    throw new GeniusError(
      "not-found",
      "The picture is not in the run's folder. Runs keep theirs in pictures/.",
    );
  return Uint8Array.from(bytes);
}

/** In the place of a picture, where a message is shown as text: a line for each. */
export const picturesInWords = (images: readonly Pick<ChatImage, "hash">[]): string =>
  images.map((image) => `[picture: ${pictureFile(image)} in the run's folder]\n`).join("");

/** Writes what is not there yet. @throws GeniusError when the disk fails. */
export async function keepPictures(folder: string, messages: readonly ChatMessage[]): Promise<void> {
  for (const image of picturesOf(messages)) {
    const path = join(folder, pictureFile(image));
    try {
      await mkdir(join(folder, "pictures"), { recursive: true });
      await writeFile(path, image.bytes, { flag: "wx" });
    } catch (thrown) {
      if (systemCodeOf(thrown) !== "EEXIST") throw fileError(thrown, path, "write");
    }
  }
}

/** The texts of a prompt, whose length is counted; the bytes of pictures count by their size in pixels. */
export function withoutPictures(prompt: LanguageModelV4Prompt): readonly unknown[] {
  return prompt.map((message) =>
    typeof message.content === "string"
      ? message
      : { ...message, content: message.content.filter(({ type }) => type !== "file") },
  );
}

export const hasPictures = (prompt: LanguageModelV4Prompt): boolean =>
  prompt.some(({ content }) => typeof content !== "string" && content.some(({ type }) => type === "file"));

/** Whether a server that was sent a picture says that it takes none, in the words of those that are known. */
export const isAboutPictures = (said: string): boolean =>
  /(?<![-\w])(?:images?|vision|visual|pictures?)(?![-\w])|image_url|inline_?data|multi.?modal|mmproj|content\b.{0,40}\b(?:must be|expected|should be) (?:a |of type )?(?:valid )?(?:string|text)|expected `text`/i.test(
    said,
  );
