"use client";

import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

/** A press that goes further than this is a drag. */
const DRAG_PX = 6;

interface SlotMoves {
  /** the slot that is being moved */
  held: string | null;
  /** where it would come */
  over: string | null;
  pointer: Partial<Record<"onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel", (event: PointerEvent<HTMLElement>) => void>>;
  /** M picks a slot up and puts it down, Escape leaves it. @returns whether the key was meant for it */
  onKey: (event: KeyboardEvent, at: string) => boolean;
  /** the click that ends a drag is none */
  justDropped: () => boolean;
}

/**
 * Moving slots in the grid: with a mouse or a pen by dragging, with the keyboard by picking up. A finger scrolls; for it the slot's drawer swaps.
 * @param focused where the keyboard is
 * @param onHold the keyboard has picked a slot up
 */
export function useSlotMoves(focused: string | null, onMove: ((from: string, to: string) => void) | undefined, onHold: ((code: string) => void) | undefined): SlotMoves {
  const [held, setHeld] = useState<{ code: string; by: "pointer" | "keyboard" } | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const press = useRef<{ code: string; x: number; y: number } | null>(null);
  const dropped = useRef(false);
  if (!onMove) return { held: null, over: null, pointer: {}, onKey: () => false, justDropped: () => false };

  const end = (): void => {
    press.current = null;
    setHeld(null);
    setOver(null);
  };
  return {
    held: held?.code ?? null,
    over: held?.by === "keyboard" ? (focused === held.code ? null : focused) : over,
    pointer: {
      onPointerDown: (event) => {
        dropped.current = false;
        const code = codeAt(event.clientX, event.clientY);
        if (event.button === 0 && event.pointerType !== "touch" && code !== null) press.current = { code, x: event.clientX, y: event.clientY };
      },
      onPointerMove: (event) => {
        const start = press.current;
        if (!start || (!held && Math.hypot(event.clientX - start.x, event.clientY - start.y) < DRAG_PX)) return;
        if (!held) {
          event.currentTarget.setPointerCapture(event.pointerId);
          setHeld({ code: start.code, by: "pointer" });
        }
        const code = codeAt(event.clientX, event.clientY);
        setOver(code === start.code ? null : code);
      },
      onPointerUp: () => {
        if (held?.by === "pointer") {
          dropped.current = true;
          if (over !== null) onMove(held.code, over);
        }
        end();
      },
      onPointerCancel: end,
    },
    onKey: (event, at) => {
      if (event.key === "Escape" && held) {
        event.preventDefault();
        event.stopPropagation();
        end();
        return true;
      }
      if (event.key.toLowerCase() !== "m" || event.ctrlKey || event.metaKey || event.altKey) return false;
      event.preventDefault();
      // "m" is also the second key of a shortcut of the page.
      event.stopPropagation();
      if (!held) {
        setHeld({ code: at, by: "keyboard" });
        onHold?.(at);
      } else {
        if (held.code !== at) onMove(held.code, at);
        end();
      }
      return true;
    },
    justDropped: () => {
      const was = dropped.current;
      dropped.current = false;
      return was;
    },
  };
}

function codeAt(x: number, y: number): string | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-code]")?.dataset["code"] ?? null;
}
