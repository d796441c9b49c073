// A part of a long page that is made when the reader comes near it, so that what stands at the top does not wait for it.
import { type ReactNode, useEffect, useRef, useState } from "react";

interface LaterProps {
  readonly id: string;
  readonly title: string;
  /** The address leads here: it is made at once, and scrolled to. */
  readonly isWanted: boolean;
  /** About as high as it will be, in pixels, so that the page does not jump. */
  readonly height: number;
  readonly children: ReactNode;
}

const near = "600px";

export function Later({ id, title, isWanted, height, children }: LaterProps) {
  const place = useRef<HTMLElement>(null);
  const [isNear, setNear] = useState(isWanted);
  useEffect(() => {
    if (isNear) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true),
      { rootMargin: near },
    );
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, [isNear]);
  useEffect(() => {
    if (!isWanted) return;
    setNear(true);
    place.current?.scrollIntoView({ block: "start" });
  }, [isWanted]);
  return (
    <section
      ref={place}
      id={id}
      className="story"
      aria-labelledby={`${id}-title`}
      style={isNear ? undefined : { minHeight: height }}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      {isNear && children}
    </section>
  );
}
