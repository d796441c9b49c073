// A long list of which only the rows in view are in the page, so that ten thousand trials scroll as smoothly as ten.
// It has one place in the order of Tab; arrow keys, Page Up, Page Down, Home and End move in it, Enter opens a row.
// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be those of a table element.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and points to the active row.
import {
  type KeyboardEvent,
  type ReactNode,
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
  readonly rowKey: (index: number) => string | number;
  /** The row that is open, or -1. */
  readonly open: number;
  readonly onOpen: (index: number) => void;
  readonly className?: string;
}

/** Rows kept above and below those in view. */
const margin = 8;

export function VirtualList(props: VirtualListProps) {
  const { label, count, rowHeight, header, cells, rowKey, open, onOpen, className } = props;
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const [view, setView] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState(Math.max(0, open));
  const current = Math.min(active, count - 1);

  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() =>
      setView({ top: element.scrollTop, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (open < 0) return;
    setActive(open);
    reveal(box.current!, open, rowHeight);
  }, [open, rowHeight]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - margin);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + margin);
  const move = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
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
  return (
    <div className={`virtual ${className ?? ""}`}>
      <div
        ref={box}
        className="rows"
        role="grid"
        aria-label={label}
        aria-rowcount={count + (header === undefined ? 0 : 1)}
        aria-activedescendant={hasActive ? `${id}-${current}` : undefined}
        tabIndex={0}
        onKeyDown={move}
        onScroll={(event) =>
          setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })
        }
      >
        {header !== undefined && (
          <div role="row" className="row head" aria-rowindex={1}>
            {header.map((name) => (
              <span role="columnheader" key={name}>
                {name}
              </span>
            ))}
          </div>
        )}
        <div role="presentation" style={{ height: count * rowHeight, position: "relative" }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, place) => first + place).map((index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys, for the row it points to.
            <div
              role="row"
              key={rowKey(index)}
              id={`${id}-${index}`}
              aria-rowindex={index + (header === undefined ? 1 : 2)}
              aria-selected={index === open}
              className={`row${index === current ? " active" : ""}`}
              style={{ top: index * rowHeight, height: rowHeight }}
              onClick={() => {
                setActive(index);
                onOpen(index);
              }}
            >
              {cells(index).map((cell, place) => (
                <span role="gridcell" key={header?.[place] ?? place}>
                  {cell}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function reveal(box: HTMLElement, index: number, rowHeight: number): void {
  const head = box.querySelector<HTMLElement>(".head")?.offsetHeight ?? 0;
  const top = index * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight + head > box.scrollTop + box.clientHeight)
    box.scrollTop = top + rowHeight + head - box.clientHeight;
}
