// A chart with its caption, its tools and its figures as a table: for readers who cannot or will not look at a drawing. The
// drawing is a canvas, and tooltips are drawn on it too, so that no text of a run is ever read as markup.
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { useEffect, useRef, useState } from "react";
import { together } from "../format.ts";
import { type Palette, usePalette } from "../theme.ts";
import { DataTable, type TableData } from "./data-table.tsx";

export interface ChartLook {
  readonly palette: Palette;
  /** Whether there is little room, as on a telephone. */
  readonly narrow: boolean;
  /** In pixels. */
  readonly width: number;
  /** The axis that is logarithmic. */
  readonly log?: "x" | "y" | undefined;
}

interface ChartProps {
  readonly title: string;
  /** How to read it, in a sentence. */
  readonly caption: string;
  readonly option: (look: ChartLook) => EChartsCoreOption;
  readonly table: () => TableData;
  /** In pixels; of the width where names take as many lines as they need. */
  readonly height?: number | ((width: number) => number);
  /** The axis that the reader may make logarithmic. */
  readonly log?: "x" | "y" | undefined;
  /** What stands in the place of a drawing that would be empty. */
  readonly empty?: string | undefined;
  /** Called with the last value of a picked point: its trial's number. */
  readonly onPick?: (id: number) => void;
  /** As `onPick`, when the pointer has rested on the point for a moment. */
  readonly onRest?: (id: number) => void;
}

const restMs = 120;

const narrowBelow = 560;

/** Before it is measured. */
const usualWidth = 1000;

export function Chart(props: ChartProps) {
  const { title, caption, table, empty } = props;
  return (
    <figure className="chart">
      <h3>{title}</h3>
      {empty === undefined ? (
        <>
          <Drawing {...props} />
          <figcaption>{together(caption)}</figcaption>
          <Figures title={title} table={table} />
        </>
      ) : (
        <p className="soft">{empty}</p>
      )}
    </figure>
  );
}

function Drawing({ title, caption, option, height = 340, log, onPick, onRest }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const picked = useRef(onPick);
  picked.current = onPick;
  const rested = useRef(onRest);
  rested.current = onRest;
  const palette = usePalette();
  const [width, setWidth] = useState(0);
  const [isReady, setReady] = useState(false);
  const [isLog, setLog] = useState(false);
  const [isZoomed, setZoomed] = useState(false);
  const [canZoom, setCanZoom] = useState(false);
  const narrow = width < narrowBelow;

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
      created.on("datazoom", () => setZoomed(zoomOf(created).some((end, side) => end !== side * 100)));
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
    if (!isReady || width === 0) return;
    const made = option({ palette, narrow, width, log: isLog ? log : undefined });
    // What is zoomed into stays so while points are added.
    const [start, end] = chart.current === undefined ? [0, 100] : zoomOf(chart.current);
    chart.current?.setOption(made, { notMerge: true, lazyUpdate: true });
    if (start > 0 || end < 100) chart.current?.dispatchAction({ type: "dataZoom", start, end });
    setCanZoom("dataZoom" in made);
  }, [isReady, option, palette, narrow, width, isLog, log]);

  /** A factor below 1 shows less and so more closely. */
  const zoom = (factor: number) => {
    const [start, end] = zoomOf(chart.current!);
    const half = Math.min(50, ((end - start) / 2) * factor);
    const middle = Math.min(100 - half, Math.max(half, (start + end) / 2));
    chart.current?.dispatchAction({ type: "dataZoom", start: middle - half, end: middle + half });
  };
  const save = () => {
    const url = chart.current?.getDataURL({ pixelRatio: 2, backgroundColor: palette.paper });
    if (url === undefined) return;
    const link = document.createElement("a");
    link.href = url;
    link.download = `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`;
    link.click();
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons of a drawing are no set of fields. */}
      <div className="tools" role="group" aria-label={`Tools of ${title}`}>
        {log !== undefined && (
          <button type="button" aria-pressed={isLog} onClick={() => setLog(!isLog)}>
            Log scale
          </button>
        )}
        {canZoom && (
          <>
            <button type="button" aria-label="Zoom in" onClick={() => zoom(0.5)}>
              +
            </button>
            <button type="button" aria-label="Zoom out" disabled={!isZoomed} onClick={() => zoom(2)}>
              −
            </button>
            {isZoomed && (
              <button
                type="button"
                onClick={() => chart.current?.dispatchAction({ type: "dataZoom", start: 0, end: 100 })}
              >
                Reset zoom
              </button>
            )}
          </>
        )}
        <button type="button" onClick={save}>
          Save image
        </button>
      </div>
      <div
        ref={place}
        className="canvas"
        style={{ height: typeof height === "number" ? height : height(width || usualWidth) }}
        role="img"
        aria-label={`${title}. ${caption}`}
      />
    </>
  );
}

/** What is shown of the horizontal axis, in percent. */
function zoomOf(chart: ECharts): readonly [number, number] {
  const { dataZoom } = (chart.getOption() ?? {}) as {
    readonly dataZoom?: readonly { readonly start?: number; readonly end?: number }[];
  };
  return [dataZoom?.[0]?.start ?? 0, dataZoom?.[0]?.end ?? 100];
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
