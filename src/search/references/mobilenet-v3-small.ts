// MobileNetV3-Small: inverted residuals found by search, with squeeze-and-excitation.
import { conv, convNorm, squeezeExcite } from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { stridesAt, widen } from "./parts/scaling.ts";
import { defineReference } from "./reference.ts";

type Row = readonly [
  kernel: number,
  hidden: number,
  out: number,
  excite: boolean,
  activation: "relu" | "hard-swish",
  place?: number,
];

/** The paper's table 2, with the place for a stride where the paper has one. */
const rows: readonly Row[] = [
  [3, 16, 16, true, "relu", 1],
  [3, 72, 24, false, "relu", 2],
  [3, 88, 24, false, "relu"],
  [5, 96, 40, true, "hard-swish", 3],
  [5, 240, 40, true, "hard-swish"],
  [5, 240, 40, true, "hard-swish"],
  [5, 120, 48, true, "hard-swish"],
  [5, 144, 48, true, "hard-swish"],
  [5, 288, 96, true, "hard-swish", 4],
  [5, 576, 96, true, "hard-swish"],
  [5, 576, 96, true, "hard-swish"],
];

export default defineReference({
  name: "mobilenet-v3-small",
  summary:
    "Eleven inverted residuals, most with 5×5 kernels and squeeze-and-excitation, at 16 to 96 channels.",
  source:
    "Howard et al. 2019, https://arxiv.org/abs/1905.02244; for images below 96 pixels the first strides are left out",
  build({ input, classCount, width }) {
    const strides = stridesAt(Math.min(input[1], input[2]), 5);
    const build = createNetworkBuilder("mobilenet-v3-small", input);
    let channels = widen(16, width);
    let x = convNorm(build, "stem", "input", {
      outChannels: channels,
      kernel: 3,
      stride: strides[0] as number,
      activation: "hard-swish",
    });
    rows.forEach((row, index) => {
      const stride = row[5] === undefined ? 1 : (strides[row[5]] as number);
      x = bottleneck(build, `block${index + 1}`, x, { row, channels, stride, width });
      channels = widen(row[2], width);
    });
    x = convNorm(build, "last", x, { outChannels: widen(576, width), kernel: 1, activation: "hard-swish" });
    x = build.add("head.pool", { kind: "global-pool" }, x);
    x = conv(build, "head.hidden", x, { outChannels: widen(1024, width), kernel: 1, bias: true });
    x = build.add("head.act", { kind: "activation", function: "hard-swish" }, x);
    x = build.add("head.flatten", { kind: "flatten" }, x);
    build.add("head.classifier", { kind: "linear", outFeatures: classCount, bias: true }, x);
    return build.build();
  },
});

function bottleneck(
  build: NetworkBuilder,
  id: string,
  input: string,
  setting: { readonly row: Row; readonly channels: number; readonly stride: number; readonly width: number },
): string {
  const { row, channels, stride, width } = setting;
  const [kernel, hidden, out, excite, activation] = row;
  const hiddenChannels = widen(hidden, width);
  const outChannels = widen(out, width);
  let x = input;
  // A block whose inner width is its input's has no expansion.
  if (hiddenChannels !== channels)
    x = convNorm(build, `${id}.expand`, x, { outChannels: hiddenChannels, kernel: 1, activation });
  const depthwise = { outChannels: hiddenChannels, kernel, stride, groups: hiddenChannels, activation };
  x = convNorm(build, `${id}.depthwise`, x, depthwise);
  if (excite) {
    const reducedChannels = Math.max(8, 8 * Math.round(hiddenChannels / 32));
    x = squeezeExcite(build, `${id}.excite`, x, {
      channels: hiddenChannels,
      reducedChannels,
      gate: "hard-sigmoid",
    });
  }
  x = convNorm(build, `${id}.project`, x, { outChannels, kernel: 1 });
  return stride === 1 && channels === outChannels ? build.add(`${id}.add`, { kind: "add" }, x, input) : x;
}
