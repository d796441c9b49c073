// `genius export --format tflite|tflite-int8|onnx-int8`: the file, and beside it how to call it and what must come out.
import { basename, dirname, join } from "node:path";
import type { Subject } from "../api/design.ts";
import { exportForDevice } from "../api/export-device.ts";
import { refuseRecord } from "../base/named-output.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { writeWhole } from "../base/write-whole.ts";
import type { Terminal } from "../command/command.ts";
import { deviceFormats } from "../deploy/formats/_formats.ts";
import type { DeviceFormat } from "../runs/export-device.ts";

/** Returns whether the weights are trained ones. */
export async function writeForDevice(
  given: { readonly folder: string } | { readonly subject: Subject },
  {
    format,
    seed,
    out = deviceFormats[format].file,
    json,
    data,
  }: {
    readonly format: DeviceFormat;
    readonly seed: number;
    readonly out?: string | undefined;
    readonly json: boolean;
    readonly data?: string | undefined;
  },
  terminal: Terminal,
): Promise<boolean> {
  await refuseRecord(out);
  const { files, title, trained } = await exportForDevice(given, {
    ...{ format, seed, file: basename(out), data, environment: terminal.environment },
    onProgress: (text) => terminal.error(`${text}\n`),
  });
  const paths = [...files.keys()].map((name) => join(dirname(out), name));
  for (const [name, content] of files) await writeWhole(join(dirname(out), name), content);
  if (json) terminal.out(jsonLine({ written: paths, trained }));
  else
    terminal.error(
      `Wrote ${out} and how to call it (${basename(out)}.md): ${title}, with ${trained ? "its trained" : "random"} weights.\n`,
    );
  return trained;
}
