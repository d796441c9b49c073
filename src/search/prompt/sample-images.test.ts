// Sample images in the prompts of a search, of the digits that come with the install: where the picture stands, what is said of it,
// and what is said where there is none.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import type { ChatMessage, ChatRequest, Conversation } from "../../llm/index.ts";
import { type Dataset, openDataset } from "../../tasks/image-classification/index.ts";
import type { ImageSize } from "../../tasks/image-size.ts";
import { createDomain } from "../constraints/create-domain.ts";
import mobile from "../spaces/mobile.ts";
import macro from "../spaces/nas-bench-macro.ts";
import hybrid from "../strategies/hybrid.ts";
import llm from "../strategies/llm.ts";
import type { TrainingAccess } from "../strategy.ts";
import { createSampleImages } from "./sample-images.ts";

const domainOf = (classCount: number) =>
  createDomain(mobile.create(mobile.options.parse({ imageSize: 12, channels: 1, classCount })), {});
const messages: readonly ChatMessage[] = [
  { role: "system", content: "You design." },
  { role: "user", content: "Task: digits. Results.", stable: 13 },
  { role: "assistant", content: "Hm." },
  { role: "user", content: "Again." },
];

/** One grey image of each of ten classes, of the size that nas-bench-macro takes. */
const oneOfEach = {
  classNames: [..."abcdefghij"],
  train: {
    ...{ count: 10, classCount: 10, shape: [3, 32, 32] },
    ...{ labels: Uint16Array.from({ length: 10 }, (_, index) => index), records: new Uint32Array(10) },
    pixels: { kind: "memory", bytes: new Uint8Array(new SharedArrayBuffer(3 * 32 * 32)).fill(99) },
  },
} as unknown as Dataset;

/** Access to images alone, which counts how often they were opened. */
function access(open: (imageSize: ImageSize) => ReturnType<TrainingAccess["openDataset"]>) {
  const opened: ImageSize[] = [];
  const training = {
    openDataset(imageSize: ImageSize) {
      opened.push(imageSize);
      return open(imageSize);
    },
  } as unknown as TrainingAccess;
  return { training, opened };
}

test("the picture is made once and stands before the first text of the user's, which says what it shows", async () => {
  const cacheDirectory = await mkdtemp(join(tmpdir(), "genius-samples-"));
  onTestFinished(() => rm(cacheDirectory, { recursive: true, force: true }));
  const { training, opened } = access((imageSize) => openDataset("digits", { cacheDirectory, imageSize }));
  const samples = createSampleImages({ domain: domainOf(10), training }, 3);
  expect(opened).toEqual([]);
  const shown = await samples.shownWith(messages);
  const before =
    "The picture shows 3 training images of each of the 10 classes, a row a class, from top to bottom: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.\n\n";
  expect(shown[1]).toMatchObject({ content: `${before}Task: digits. Results.`, stable: before.length + 13 });
  expect([shown[0], shown[2], shown[3]]).toEqual([messages[0], messages[2], messages[3]]);
  const [image] = shown[1]!.images!;
  const { width, height } = await sharp(image!.bytes).metadata();
  expect({ width, height }).toEqual({ width: image!.width, height: image!.height });
  expect(samples.characters).toBe(4 * Math.ceil((image!.width * image!.height) / 750));
  expect((await samples.shownWith(messages))[1]!.images![0]).toBe(image);
  expect(opened).toEqual([[12, 12]]);
});

test.each([llm, hybrid] as const)(
  "each prompt of $name has it, and the estimate of what the model costs, too",
  async (definition) => {
    const { training } = access(async () => oneOfEach);
    const asked: ChatRequest[] = [];
    const conversation = {
      model: "scripted",
      textOf: () => undefined,
      async ask(request: ChatRequest) {
        asked.push(request);
        const text = JSON.stringify({ reason: "r", choices: Array(8).fill(0) });
        return { number: asked.length, text, toolCalls: [], finishReason: "stop" };
      },
    } as unknown as Conversation;
    const domain = createDomain(macro.create({}), {});
    const setting = {
      domain,
      evaluations: 3,
      task: "digits",
      fidelity: { full: {} },
      training,
      conversation,
    };
    const make = (images: number) => {
      const { options } = definition as { readonly options: { parse(given: object): unknown } };
      return definition.create(setting, options.parse({ images }) as never);
    };
    const context = {
      trialNumber: 1,
      random: createRandom(1),
      pending: [],
      signal: new AbortController().signal,
    };
    await make(2).propose(context);
    const user = asked[0]!.messages.find(({ role }) => role === "user")!;
    expect(user.content).toMatch(/^The picture shows 2 training images of each of the 10 classes/);
    expect(user.images).toHaveLength(1);
    const costs = (images: number) => make(images).modelPlan!().promptChars;
    expect(costs(2) - costs(0)).toBe(createSampleImages({ domain, training }, 2).characters);
    await make(0).propose(context);
    expect(asked.at(-1)!.messages.every(({ images }) => images === undefined)).toBe(true);
  },
);

test("without images that can be opened it is an error that says what to do, and none are opened unasked", async () => {
  expect(() => createSampleImages({ domain: domainOf(10) }, 2)).toThrow("Leave it out for a published table");
  const { training, opened } = access(async () => {
    throw new Error("cifar10 is no folder.");
  });
  const samples = createSampleImages({ domain: domainOf(10), training }, 2);
  await expect(samples.shownWith(messages)).rejects.toThrow(
    "there are none to show: cifar10 is no folder. Leave it out",
  );
  const off = createSampleImages({ domain: domainOf(10), training }, 0);
  expect(await off.shownWith(messages)).toBe(messages);
  expect(off.characters).toBe(0);
  expect(opened).toHaveLength(1);
});
