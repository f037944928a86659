"use client";

import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import classes from "./log-scroll.module.css";

interface LogScrollProps<Line> {
  label: string;
  /** the newest at the end */
  lines: readonly Line[];
  children: (line: Line) => ReactNode;
  /** stays at the end as lines come */
  followed: boolean;
  /** somebody scrolled away from the end, or back to it */
  onFollow: (followed: boolean) => void;
  /** null: there are none before these */
  older: { label: string; load: () => void; loading: boolean } | null;
}

/** Within so many px of the end one is at the end. */
const END_PX = 24;

/** A box of lines that grows at its end, and at its beginning when older ones are asked for. */
export function LogScroll<Line extends { id: string }>({ label, lines, children, followed, onFollow, older }: LogScrollProps<Line>) {
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef({ first: "", height: 0 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const first = lines[0]?.id ?? "";
    if (followed) element.scrollTop = element.scrollHeight;
    // Older lines push down what one reads; it stays where it was.
    else if (first !== shown.current.first) element.scrollTop += element.scrollHeight - shown.current.height;
    shown.current = { first, height: element.scrollHeight };
  }, [lines, followed]);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    if (atEnd !== followed) onFollow(atEnd);
  };
  return (
    // Focusable, so that the arrow keys scroll it.
    <div ref={box} className={classes.lines} onScroll={onScroll} role="log" aria-live={followed ? "polite" : "off"} aria-label={label} tabIndex={0}>
      {older && (
        <div className={classes.older}>
          <Button variant="subtle" size="compact-sm" loading={older.loading} onClick={older.load}>
            {older.label}
          </Button>
        </div>
      )}
      {lines.map((line) => children(line))}
    </div>
  );
}
