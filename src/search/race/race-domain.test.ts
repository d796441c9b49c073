import { expect, test } from "vitest";
import { createDomain } from "../constraints/create-domain.ts";
import { fitReference } from "../references/reference.ts";
import resnet8 from "../references/resnet-8.ts";
import mobile from "../spaces/mobile.ts";
import { raceDomain } from "./race-domain.ts";

const limits = { maxParamCount: 20_000 };
const images = { imageSize: 28, channels: 1, classCount: 10 } as const;
const space = mobile.create(mobile.options.parse(mobile.fit?.(images, limits)));
const reference = fitReference(resnet8, { input: [1, 28, 28], classCount: 10 }, limits)!;

test("without a limit for MACs, designs have at most twice those of the first reference", () => {
  const bound = raceDomain(createDomain(space, limits), [reference])?.limits;
  expect(bound).toEqual({ ...limits, maxMacCount: 2 * reference.macCount });
});

test("a person's limit stands; so does the domain without a reference, and where nothing would be left", () => {
  expect(raceDomain(createDomain(space, { ...limits, maxMacCount: 9e6 }), [reference])).toBeUndefined();
  expect(raceDomain(createDomain(space, limits), [])).toBeUndefined();
  const large = { ...limits, minMacCount: 3 * reference.macCount };
  expect(raceDomain(createDomain(space, large), [reference])).toBeUndefined();
});
