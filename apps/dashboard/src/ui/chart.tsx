// A chart with its caption and its figures as a table: for readers who cannot or will not look at a drawing. The
// drawing is a canvas, and tooltips are drawn on it too, so that no text of a run is ever read as markup.
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { useEffect, useRef, useState } from "react";
import { type Palette, usePalette } from "../theme.ts";
import { DataTable, type TableData } from "./data-table.tsx";

export interface ChartLook {
  readonly palette: Palette;
  /** Whether there is little room, as on a telephone. */
  readonly narrow: boolean;
}

interface ChartProps {
  readonly title: string;
  /** How to read it, in a sentence. */
  readonly caption: string;
  readonly option: (look: ChartLook) => EChartsCoreOption;
  readonly table: () => TableData;
  readonly height?: number;
  /** Called with the last value of a picked point: its trial's number. */
  readonly onPick?: (id: number) => void;
  /** As `onPick`, when the pointer has rested on the point for a moment. */
  readonly onRest?: (id: number) => void;
}

const restMs = 120;

const narrowBelow = 560;

export function Chart({ title, caption, option, table, height = 340, onPick, onRest }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const picked = useRef(onPick);
  picked.current = onPick;
  const rested = useRef(onRest);
  rested.current = onRest;
  const palette = usePalette();
  const [width, setWidth] = useState(0);
  const [isReady, setReady] = useState(false);
  const narrow = width < narrowBelow;
  const isSized = width > 0;

  useEffect(() => {
    const element = place.current!;
    let isGone = false;
    let resting: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      setWidth(element.clientWidth);
      chart.current?.resize();
    });
    observer.observe(element);
    void import("../charts/echarts.ts").then(({ init }) => {
      if (isGone) return;
      const created = init(element);
      created.on("click", (event) => {
        const id = idOf(event.value);
        if (id !== undefined) picked.current?.(id);
      });
      created.on("mouseover", (event) => {
        clearTimeout(resting);
        const id = idOf(event.value);
        if (id !== undefined) resting = setTimeout(() => rested.current?.(id), restMs);
      });
      created.on("mouseout", () => clearTimeout(resting));
      chart.current = created;
      setReady(true);
    });
    return () => {
      isGone = true;
      clearTimeout(resting);
      observer.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, []);

  useEffect(() => {
    if (isReady && isSized)
      chart.current?.setOption(option({ palette, narrow }), { notMerge: true, lazyUpdate: true });
  }, [isReady, option, palette, narrow, isSized]);

  return (
    <figure className="chart">
      <h3>{title}</h3>
      <div ref={place} className="canvas" style={{ height }} role="img" aria-label={`${title}. ${caption}`} />
      <figcaption>{caption}</figcaption>
      <Figures title={title} table={table} />
    </figure>
  );
}

const idOf = (value: unknown): number | undefined => {
  const last: unknown = Array.isArray(value) && value.length > 2 ? value.at(-1) : undefined;
  return typeof last === "number" ? last : undefined;
};

function Figures({ title, table }: Pick<ChartProps, "title" | "table">) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Data of “{title}”</summary>
      {isOpen && <DataTable label={`Data of ${title}`} data={table()} />}
    </details>
  );
}
