// A handful of test images with what the model says of them, for the report: every mistake teaches more than ten
// right answers, so up to half of them are mistakes, if there are enough.
import sharp from "sharp";
import { type ImageSet, openPixels } from "../tasks/image-classification/index.ts";
import { probabilities } from "./measure.ts";

export interface Sample {
  /** A PNG as a data address. */
  readonly image: string;
  readonly label: string;
  readonly predicted: string;
  /** Of the predicted class. */
  readonly probability01: number;
}

const sampleCount = 16;

/** The first mistakes and the first right answers of the test part, from different classes as far as possible. */
export async function sampleImages(
  set: ImageSet,
  scores: Float32Array,
  classNames: readonly string[],
): Promise<readonly Sample[]> {
  const { classCount, labels } = set;
  const answers = Array.from(labels, (label, position) => {
    const chances = probabilities(scores, position, classCount);
    const predicted = chances.indexOf(chances.reduce((a, b) => Math.max(a, b)));
    return { position, label, predicted, probability01: chances[predicted] as number };
  });
  const isRight = (answer: (typeof answers)[number]) => answer.label === answer.predicted;
  const wrong = spread(
    answers.filter((answer) => !isRight(answer)),
    classCount,
  ).slice(0, sampleCount / 2);
  const right = spread(answers.filter(isRight), classCount).slice(0, sampleCount - wrong.length);
  const reader = openPixels(set);
  try {
    const samples: Sample[] = [];
    for (const { position, label, predicted, probability01 } of [...wrong, ...right]) {
      samples.push({
        image: await pngOf(reader.read(position), set.shape),
        label: classNames[label] as string,
        predicted: classNames[predicted] as string,
        probability01,
      });
    }
    return samples;
  } finally {
    reader.close();
  }
}

/** The first images of each class, as PNG data addresses. */
export async function imagesOfClasses(
  set: ImageSet,
  { classNames, perClass }: { readonly classNames: readonly string[]; readonly perClass: number },
): Promise<readonly { readonly label: string; readonly images: readonly string[] }[]> {
  const reader = openPixels(set);
  try {
    const found = [];
    for (const [index, label] of classNames.entries()) {
      const positions = [...set.labels.keys()].filter((position) => set.labels[position] === index);
      const images = [];
      for (const position of positions.slice(0, perClass))
        images.push(await pngOf(reader.read(position), set.shape));
      found.push({ label, images });
    }
    return found;
  } finally {
    reader.close();
  }
}

/** One of each class, then the second of each, and so on. */
function spread<T extends { readonly label: number }>(answers: readonly T[], classCount: number): T[] {
  const seen = new Array<number>(classCount).fill(0);
  return answers
    .map((answer) => {
      const turn = seen[answer.label] as number;
      seen[answer.label] = turn + 1;
      return { answer, turn };
    })
    .sort((a, b) => a.turn - b.turn || a.answer.label - b.answer.label)
    .map(({ answer }) => answer);
}

async function pngOf(planes: Uint8Array, [channels, height, width]: ImageSet["shape"]): Promise<string> {
  const area = height * width;
  const interleaved = new Uint8Array(planes.length);
  for (let index = 0; index < planes.length; index += 1) {
    interleaved[(index % area) * channels + Math.floor(index / area)] = planes[index] as number;
  }
  const png = await sharp(interleaved, { raw: { channels: channels as 1 | 3, height, width } })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}
