// What is larger than its place scrolls in a frame of its own, by the keyboard too, and the frame shows on which sides there is more.
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";

/** A pixel may be lost to rounding. */
const slack = 2;

interface More {
  /** The sides that hold more than is shown, as class names of the frame. */
  readonly sides: string;
  readonly isLarger: boolean;
}

function useMore(box: RefObject<HTMLElement | null>): More {
  const [more, setMore] = useState<More>({ sides: "", isLarger: false });
  // After every change: what it holds may be other elements by now.
  useEffect(() => {
    const element = box.current!;
    const look = () => {
      const { scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight } = element;
      const [across, down] = [scrollWidth - clientWidth, scrollHeight - clientHeight];
      const sides = [
        ...(across - scrollLeft > slack ? ["more-right"] : []),
        ...(across > slack && scrollLeft > slack ? ["more-left"] : []),
        ...(down - scrollTop > slack ? ["more-below"] : []),
      ].join(" ");
      const isLarger = across > slack || down > slack;
      setMore((before) =>
        before.sides === sides && before.isLarger === isLarger ? before : { sides, isLarger },
      );
    };
    const observer = new ResizeObserver(look);
    for (const each of [element, ...element.children]) observer.observe(each);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  });
  return more;
}

export function Scroll({
  label,
  isLong,
  children,
}: {
  readonly label: string;
  /** Its frame is lower than it. */
  readonly isLong: boolean;
  readonly children: ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { sides } = useMore(box);
  return (
    <div className={`frame ${sides}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; this only scrolls. */}
      <div
        ref={box}
        className={isLong ? "scroll long" : "scroll"}
        role="group"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within a keyboard's reach.
        tabIndex={0}
      >
        {children}
      </div>
      <i className="below" aria-hidden="true" />
    </div>
  );
}

/** A text as it is written, of which a long one is opened by a button. */
export function LongText({
  label,
  text,
  className = "",
}: {
  readonly label: string;
  readonly text: string;
  readonly className?: string;
}) {
  const box = useRef<HTMLPreElement>(null);
  const [isWhole, setWhole] = useState(false);
  const { sides, isLarger } = useMore(box);
  return (
    <>
      <div className={`frame ${sides}`}>
        {/* biome-ignore lint/a11y/useSemanticElements: a group is no set of fields. */}
        <pre
          ref={box}
          role="group"
          aria-label={label}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a long message is scrolled by the keyboard too.
          tabIndex={0}
          className={`${className} ${isWhole ? "" : "short"}`}
        >
          {text}
        </pre>
        <i className="below" aria-hidden="true" />
      </div>
      {(isWhole || isLarger) && (
        <button type="button" className="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Show less" : "Show all of it"}
        </button>
      )}
    </>
  );
}
