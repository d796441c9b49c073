// What a folder's or file's name says of its part: train_images, seg_train and Training are all the training part. Reads
// names by their words, in any case; whether such a name really means a part is decided by what lies below it.
import type { Part } from "../dataset.ts";

export interface PartName {
  /** `evaluation` is the test part, unless there is another one. */
  readonly part: Part | "evaluation";
  /** Whether nothing else is in the name, but for words that say nothing, such as "images". */
  readonly isPlain: boolean;
}

const beside = "(?:images?|imgs?|data|datasets?|sets?|split|pics|photos|files)?";
const wordsOf = (words: string) => new RegExp(`^${beside}(?:${words})${beside}$`);
const partWords: readonly (readonly [Part | "evaluation", RegExp])[] = [
  ["train", wordsOf("train|trains|training|trn")],
  ["validation", wordsOf("val|valid|validate|validation|vld|dev|devel|development")],
  ["test", wordsOf("test|tests|testing|tst|holdout|heldout")],
  ["evaluation", wordsOf("eval|evaluation")],
];
const fillers =
  /^(?:seg|the|final|new|raw|full|small|cropped|resized|part|partition|folders?|pictures?|jpe?g|png|labell?ed|v|of|public|private|images?|imgs?|data|datasets?|sets?|split|pics?|photos?|files?)$/;

/** The part that a name means; undefined for one that means none or several. */
export function partOfName(name: string): PartName | undefined {
  const words = name
    .normalize("NFC")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "");
  const parts = words.map((word) => partWords.find(([, words]) => words.test(word))?.[0]);
  const named = new Set(parts.filter((part) => part !== undefined));
  const [part] = named;
  if (part === undefined || named.size > 1) return undefined;
  return { part, isPlain: words.every((word, index) => parts[index] !== undefined || fillers.test(word)) };
}
