// A long list of which only the rows in view are in the page, so that ten thousand trials scroll as smoothly as ten.
// It has one place in the order of Tab; arrow keys, Page Up, Page Down, Home and End move in it, Enter opens a row.
// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be those of a table element.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and points to the active row.
import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";

interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  /** Height of every row, in pixels. */
  readonly rowHeight: number;
  readonly header?: readonly string[];
  /** The cells of a row, in the order of `header`. */
  readonly cells: (index: number) => readonly ReactNode[];
  /** The row that is open, or -1. */
  readonly open: number;
  readonly onOpen: (index: number) => void;
  readonly className?: string;
  /** Of the columns, as of a grid; the style sheet's where absent. */
  readonly widths?: string;
  /** The column that it is sorted by, or -1, and how. */
  readonly sorted?: { readonly column: number; readonly isDown: boolean };
  /** Called with a column; without it the header only names them. */
  readonly onSort?: (column: number) => void;
}

/** Of the header and the frame, and of the frame alone, by the style sheet. */
const [headHeight, frameHeight] = [38, 2];

/** Rows kept above and below those in view. */
const margin = 8;

export function VirtualList(props: VirtualListProps) {
  const { label, count, rowHeight, header, cells, open, onOpen, className, widths, sorted, onSort } = props;
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const [topRow, setTopRow] = useState(0);
  const [isAtEnd, setAtEnd] = useState(false);
  const [isWider, setWider] = useState(false);
  const [height, setHeight] = useState(600);
  const [active, setActive] = useState(Math.max(0, open));
  const current = Math.min(active, count - 1);
  const opens = useRef(onOpen);
  opens.current = onOpen;
  const pick = useCallback((index: number) => {
    setActive(index);
    opens.current(index);
  }, []);

  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => {
      setHeight(element.clientHeight);
      setWider(element.scrollWidth > element.clientWidth + 1);
    });
    for (const each of [element, ...element.children]) observer.observe(each);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (open < 0) return;
    setActive(open);
    reveal(box.current!, open, rowHeight);
  }, [open, rowHeight]);

  const inView = Math.ceil(height / rowHeight) + 1;
  const first = Math.max(0, Math.min(topRow, count - inView) - margin);
  const last = Math.min(count, first + inView + 2 * margin);
  const move = (event: KeyboardEvent) => {
    // A header's button has its own keys.
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, inView - 3);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      const next = Math.max(0, Math.min(count - 1, current + step));
      setActive(next);
      reveal(box.current!, next, rowHeight);
    } else if (event.key === "Enter" || event.key === " ") {
      if (current >= 0) onOpen(current);
    } else return;
    event.preventDefault();
  };
  const hasActive = current >= first && current < last;
  const hasHeader = header !== undefined;
  // Of a row that is cut at the foot, more is to come.
  const whole = Math.floor((height - (hasHeader ? headHeight - frameHeight : 0)) / rowHeight);
  const [from, to] = isAtEnd
    ? [Math.max(0, count - whole), count]
    : [topRow, Math.min(count, topRow + whole)];
  const isLonger = whole < count;
  const minWidth = widths === undefined ? undefined : narrowestOf(widths);
  return (
    <div className={`virtual ${className ?? ""}`}>
      <div className={`frame ${isLonger && to < count ? "more-below" : ""}`}>
        <div
          ref={box}
          className="rows"
          // No higher than its rows: a list of four needs no room for forty.
          style={{ height: `min(var(--list-height), ${Math.max(2, count) * rowHeight + headHeight}px)` }}
          role="grid"
          aria-label={label}
          aria-rowcount={count + (hasHeader ? 1 : 0)}
          aria-activedescendant={hasActive ? `${id}-${current}` : undefined}
          tabIndex={0}
          onKeyDown={move}
          onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
            setTopRow(Math.floor(scrollTop / rowHeight));
            setAtEnd(scrollTop + clientHeight >= scrollHeight - 1);
          }}
        >
          {hasHeader && (
            <div
              role="row"
              className="row head"
              aria-rowindex={1}
              style={widths === undefined ? undefined : { gridTemplateColumns: widths, minWidth }}
            >
              {header.map((name, column) => (
                <span
                  role="columnheader"
                  key={name}
                  aria-sort={
                    sorted?.column === column ? (sorted.isDown ? "descending" : "ascending") : undefined
                  }
                >
                  {onSort === undefined ? (
                    name
                  ) : (
                    <button type="button" onClick={() => onSort(column)}>
                      {name}
                      {sorted?.column === column && <i aria-hidden="true">{sorted.isDown ? " ↓" : " ↑"}</i>}
                    </button>
                  )}
                </span>
              ))}
            </div>
          )}
          <div role="presentation" style={{ height: count * rowHeight, position: "relative", minWidth }}>
            {Array.from({ length: Math.max(0, last - first) }, (_, place) => first + place).map((index) => (
              // A row that leaves the view is filled again for one that comes in.
              <Row
                key={index % (inView + 2 * margin)}
                index={index}
                id={`${id}-${index}`}
                rowIndex={index + (hasHeader ? 2 : 1)}
                rowHeight={rowHeight}
                isOpen={index === open}
                isActive={index === current}
                cells={cells}
                onPick={pick}
                widths={widths}
              />
            ))}
          </div>
        </div>
        <i className="below" aria-hidden="true" />
      </div>
      {(isLonger || isWider) && (
        <p className="soft extent" aria-hidden="true">
          {[
            ...(isLonger
              ? [
                  `rows ${(from + 1).toLocaleString("en")} to ${to.toLocaleString("en")} of ${count.toLocaleString("en")}`,
                ]
              : []),
            ...(isWider ? ["more columns to the side"] : []),
          ].join(", ")}
          : scroll
        </p>
      )}
    </div>
  );
}

interface RowProps {
  readonly index: number;
  readonly id: string;
  readonly rowIndex: number;
  readonly rowHeight: number;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly cells: VirtualListProps["cells"];
  readonly widths: string | undefined;
  readonly onPick: (index: number) => void;
}

/** Drawn again only when it changes: while the list scrolls, most rows do not. */
const Row = memo(function Row(props: RowProps) {
  const { index, id, rowIndex, rowHeight, isOpen, isActive, cells, onPick, widths } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys, for the row it points to.
    <div
      role="row"
      id={id}
      aria-rowindex={rowIndex}
      aria-selected={isOpen}
      className={isActive ? "row active" : "row"}
      style={{
        transform: `translateY(${index * rowHeight}px)`,
        height: rowHeight,
        ...(widths !== undefined && { gridTemplateColumns: widths }),
      }}
      onClick={() => onPick(index)}
    >
      {cells(index).map((cell, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column.
        <span role="gridcell" key={place} title={typeof cell === "string" ? cell : undefined}>
          {cell}
        </span>
      ))}
    </div>
  );
});

/** The gap of columns, and the padding of a row, of the style sheet. */
const [gap, padding] = [12, 24];

/** Below it columns would be cut, and the list scrolls sideways instead. */
function narrowestOf(widths: string): number {
  const own = [...widths.matchAll(/(\d+)px/g)].map(([, pixels]) => Number(pixels));
  return own.reduce((sum, pixels) => sum + pixels, 0) + gap * Math.max(0, own.length - 1) + padding;
}

function reveal(box: HTMLElement, index: number, rowHeight: number): void {
  const head = box.querySelector<HTMLElement>(".head")?.offsetHeight ?? 0;
  const top = index * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight + head > box.scrollTop + box.clientHeight)
    box.scrollTop = top + rowHeight + head - box.clientHeight;
}
