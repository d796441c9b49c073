// A design as a file that a device's interpreter reads, in one of the formats of deploy/formats/, with how to call it and
// three images with the scores that must come out. All is computed before anything is written.
import { withoutHidden } from "../base/hidden-characters.ts";
import { deviceFormats } from "../deploy/formats/_formats.ts";
import { type Example, readmeOf } from "../deploy/readme.ts";
import { inferenceMetadata } from "../graph/export/inference.ts";
import { type DeployedDesign, rangesOf, scoresOf } from "./deployed-design.ts";

export type DeviceFormat = keyof typeof deviceFormats;

/**
 * The file itself, and its README and examples, by name.
 * @throws GeniusError `missing-feature` that names the operators without such a form, or where no ranges were measured.
 */
export async function deviceFiles(
  design: DeployedDesign,
  { format, file, title }: { readonly format: DeviceFormat; readonly file: string; readonly title: string },
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const { network, images, isTrained, remarks } = design;
  const classNames = design.classNames.map(withoutHidden);
  const metadata = {
    ...inferenceMetadata(design),
    network: withoutHidden(title),
    ...(!isTrained && { weights: "untrained" }),
  };
  const examples = `${file}.examples.json`;
  const { default: definition } = await deviceFormats[format].load();
  const { bytes, scores, scoreGrid, ram } = await definition.write({
    ...design,
    metadata,
    rangesOf: (values) => rangesOf(design, values),
    scoresOf: (onnx) => scoresOf(onnx, design),
  });
  const shown: readonly Example[] = images.map((pixels, index) => ({
    pixels: Buffer.from(pixels).toString("base64"),
    scores: Array.from(scores[index] as ArrayLike<number>),
  }));
  const input = network.nodes[0]?.op as { readonly shape: readonly [number, number, number] };
  const [channels, height, width] = input.shape;
  const readme = readmeOf({
    ...{
      file,
      format: definition,
      network: withoutHidden(title),
      shape: [height, width, channels],
      classNames,
    },
    ...(scoreGrid && { scoreGrid }),
    ...(ram && { ram }),
    ...{ remarks, examples },
  });
  return new Map<string, string | Uint8Array>([
    [file, bytes],
    [`${file}.md`, readme],
    [examples, `${JSON.stringify(shown)}\n`],
  ]);
}
