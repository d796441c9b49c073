// The Python of the known blocks. Options that no instance uses are left out, and the value of most instances is the
// default, so that the file stays short.

import { type Call, pythonText } from "../../torch-module.ts";
import { usualValue } from "./classes.ts";

/** Classes for the blocks that are called, each after those that it uses. */
export function knownSource(calls: readonly Call[]): string[] {
  const callees = new Set(calls.map(({ callee }) => callee));
  const usual = (callee: string, name: string) => {
    const value = usualValue(calls, callee, name);
    return value === undefined ? "None" : pythonText(value);
  };
  const uses = (callee: string, name: string, unless: string) =>
    calls.some(
      (call) =>
        call.callee === callee &&
        call.arguments.some((argument) => argument.name === name && pythonText(argument.value) !== unless),
    );
  const sources: string[] = [];
  if (callees.has("ConvNormAct")) {
    sources.push(
      convNormAct({
        kernel: usual("ConvNormAct", "kernel_size"),
        activation: usual("ConvNormAct", "activation"),
        optional: calls.some(
          ({ callee, arguments: list }) =>
            callee === "ConvNormAct" && list.some(({ value }) => pythonText(value) === "None"),
        ),
        active: uses("ConvNormAct", "activation", "None"),
      }),
    );
  }
  if (callees.has("ActConvNorm")) {
    sources.push(
      actConvNorm({
        kernel: usual("ActConvNorm", "kernel_size"),
        activation: usual("ActConvNorm", "activation"),
      }),
    );
  }
  if (callees.has("SqueezeExcite")) sources.push(squeezeExcite(usual("SqueezeExcite", "gate")));
  if (callees.has("InvertedResidual")) {
    sources.push(
      invertedResidual({
        kernel: usual("InvertedResidual", "kernel_size"),
        activation: usual("InvertedResidual", "activation"),
        gate: usual("InvertedResidual", "gate"),
        excites: uses("InvertedResidual", "excite_channels", "None"),
      }),
    );
  }
  return sources;
}

interface ConvSetting {
  readonly kernel: string;
  readonly activation: string;
}

function convNormAct(
  setting: ConvSetting & { readonly optional: boolean; readonly active: boolean },
): string {
  const { kernel, activation, optional, active } = setting;
  const type = optional ? "type[nn.Module] | None" : "type[nn.Module]";
  const parameter = active ? `\n        activation: ${type} = ${activation},` : "";
  const parts = active ? `batch norm and${optional ? ", unless None," : ""} an activation` : "and batch norm";
  const act = optional ? "nn.Identity() if activation is None else activation()" : "activation()";
  return `class ConvNormAct(nn.Module):
    """Convolution that keeps the size at stride 1, ${parts}."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = ${kernel},
        stride: int = 1,
        groups: int = 1,${parameter}
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=kernel_size // 2,
            groups=groups,
            bias=False,
        )
        self.norm = nn.BatchNorm2d(out_channels)${active ? `\n        self.act = ${act}` : ""}

    def forward(self, x: Tensor) -> Tensor:
        return ${active ? "self.act(self.norm(self.conv(x)))" : "self.norm(self.conv(x))"}
`;
}

function actConvNorm({ kernel, activation }: ConvSetting): string {
  return `class ActConvNorm(nn.Module):
    """Activation, convolution that keeps the size at stride 1, and batch norm."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = ${kernel},
        stride: int = 1,
        groups: int = 1,
        activation: type[nn.Module] = ${activation},
    ) -> None:
        super().__init__()
        self.act = activation()
        self.conv = nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=kernel_size // 2,
            groups=groups,
            bias=False,
        )
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(self.act(x)))
`;
}

function squeezeExcite(gate: string): string {
  return `class SqueezeExcite(nn.Module):
    """Weights each channel by a gate computed from the means of all channels (arXiv:1709.01507)."""

    def __init__(
        self, channels: int, reduced_channels: int, gate: type[nn.Module] = ${gate}
    ) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, reduced_channels, 1)
        self.act = nn.ReLU()
        self.expand = nn.Conv2d(reduced_channels, channels, 1)
        self.gate = gate()

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(self.expand(self.act(self.reduce(self.pool(x)))))
`;
}

function invertedResidual(
  setting: ConvSetting & { readonly gate: string; readonly excites: boolean },
): string {
  const { kernel, activation, gate, excites } = setting;
  const parameters = [
    "in_channels: int",
    "hidden_channels: int",
    "out_channels: int",
    `kernel_size: int = ${kernel}`,
    "stride: int = 1",
    ...(excites ? ["excite_channels: int | None = None"] : []),
    `activation: type[nn.Module] = ${activation}`,
    ...(excites ? [`gate: type[nn.Module] = ${gate}`] : []),
  ];
  const excite = `
        self.excite = (
            nn.Identity()
            if excite_channels is None
            else SqueezeExcite(hidden_channels, excite_channels, gate)
        )`;
  return `class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution${excites ? ", squeeze-excite" : ""} and projection (arXiv:1801.04381).

    The input is added where the shapes agree.
    """

    def __init__(
        self,
${parameters.map((parameter) => `        ${parameter},`).join("\n")}
    ) -> None:
        super().__init__()
        self.expand = ConvNormAct(in_channels, hidden_channels, 1, activation=activation)
        self.depthwise = ConvNormAct(
            hidden_channels,
            hidden_channels,
            kernel_size,
            stride=stride,
            groups=hidden_channels,
            activation=activation,
        )${excites ? excite : ""}
        self.project = ConvNormAct(hidden_channels, out_channels, 1, activation=None)
        self.adds_input = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        out = self.depthwise(self.expand(x))
        out = self.project(${excites ? "self.excite(out)" : "out"})
        return x + out if self.adds_input else out
`;
}
