// A chart as a PNG, for slides and chats that take no SVG.
import type { Chart, Theme } from "./chart.ts";
import { chartFile } from "./chart.ts";

/** The chart at twice its size in pixels, so that it is sharp on dense screens. */
export async function chartPng(chart: Chart, theme: Theme): Promise<Uint8Array> {
  // Loaded when needed: most reports need no PNG, and sharp brings a native library.
  const { default: sharp } = await import("sharp");
  return await sharp(Buffer.from(chartFile(chart, theme)), { density: 144 })
    .png()
    .toBuffer();
}
