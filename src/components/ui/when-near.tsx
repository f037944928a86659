"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

/** How far below the screen something may be when it begins to load. */
const AHEAD = "300px 0px";

/** Keeps the place of something heavy that stands below the fold, and shows it (and so loads its code) when it is about to be seen. `height` in pixels, as it will be. */
export function WhenNear({ height, children }: { height: number; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (near || !element) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setNear(true), { rootMargin: AHEAD });
    observer.observe(element);
    return () => observer.disconnect();
  }, [near]);
  return (
    <div ref={place} style={{ minHeight: height }}>
      {near && children}
    </div>
  );
}
