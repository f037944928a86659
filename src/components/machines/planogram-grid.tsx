"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, useRef } from "react";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatCredits } from "#shared/credits.ts";
import { planogramRows, slotAfterKey, stockTone } from "./planogram.ts";
import { useSlotMoves } from "./use-slot-moves.ts";
import classes from "./planogram-grid.module.css";
import type { Slot } from "./types.ts";

interface PlanogramGridProps {
  slots: readonly Slot[];
  /** code of the chosen slot */
  selected?: string | null;
  /** makes the slots choosable, by pointer and by arrow keys */
  onSelect?: (code: string) => void;
  /** a press, or Enter, on a slot */
  onOpen?: (code: string) => void;
  /** makes two slots change places: by dragging, and by keyboard */
  onMove?: (from: string, to: string) => void;
  /** a slot was picked up by keyboard */
  onHold?: (code: string) => void;
  /** what stands in a slot besides its stock */
  markOf?: (code: string) => SlotMark | undefined;
}

export interface SlotMark {
  /** short, under the name */
  text?: string;
  /** in full, for those who listen */
  words: string;
  tone?: "quiet" | "warn" | "off";
  /** drawn as changed */
  changed?: boolean;
}

/** The slots as they stand in the machine: code, product, how many of how many. On narrow screens the grid scrolls in itself. */
export function PlanogramGrid({ slots, selected = null, onSelect, onOpen, onMove, onHold, markOf }: PlanogramGridProps) {
  const t = useTranslations("machines.planogram");
  const grid = useRef<HTMLDivElement>(null);
  const moves = useSlotMoves(selected, onMove, onHold);
  if (slots.length === 0) {
    return (
      <EmptyState title={t("none")} compact>
        {t("noneText")}
      </EmptyState>
    );
  }
  const rows = planogramRows(slots);
  const entry = slots.some((slot) => slot.code === selected) ? selected : rows[0]?.[0]?.code;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const from = (event.target as HTMLElement).dataset["code"];
    if (from !== undefined && moves.onKey(event, from)) return;
    if (from !== undefined && onOpen && event.key === "Enter") {
      event.preventDefault();
      onOpen(from);
      return;
    }
    const to = onSelect && from !== undefined ? slotAfterKey(rows, from, event.key) : null;
    if (to === null || !onSelect) return;
    event.preventDefault();
    onSelect(to);
    grid.current?.querySelector<HTMLElement>(`[data-code="${to}"]`)?.focus();
  };
  return (
    <div className={classes.scroll} {...(onSelect ? {} : { tabIndex: 0, role: "region", "aria-label": t("label") })}>
      <div
        ref={grid}
        className={classes.grid}
        role={onSelect ? "grid" : "table"}
        aria-label={t(onSelect ? "labelSelect" : "label")}
        style={{ "--columns": Math.max(...slots.map((slot) => slot.column)) } as React.CSSProperties}
        {...(onSelect ? { onKeyDown } : {})}
        {...moves.pointer}
        {...(moves.held ? { "data-moving": true } : {})}
      >
        {rows.map((row) => (
          <div key={row[0]?.row} role="row" className={classes.row}>
            {row.map((slot) => (
              <SlotCell
                key={slot.code}
                slot={slot}
                mark={markOf?.(slot.code)}
                moving={slot.code === moves.held ? "held" : slot.code === moves.over ? "over" : undefined}
                {...(onSelect
                  ? {
                      choice: {
                        chosen: slot.code === selected,
                        entry: slot.code === entry,
                        onChoose: () => {
                          if (moves.justDropped()) return;
                          onSelect(slot.code);
                          onOpen?.(slot.code);
                        },
                      },
                    }
                  : {})}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

interface SlotCellProps {
  slot: Slot;
  mark: SlotMark | undefined;
  moving: "held" | "over" | undefined;
  choice?: { chosen: boolean; entry: boolean; onChoose: () => void };
}

function SlotCell({ slot, choice, mark, moving }: SlotCellProps) {
  const t = useTranslations("machines.planogram");
  const { code, count, capacity, product } = slot;
  const tone = stockTone(slot);
  const words = product === null ? t("slotFree", { code }) : count === 0 ? t("slotEmpty", { code, product: product.name }) : t("slot", { code, product: product.name, count, capacity });
  const chosen = choice && { tabIndex: choice.entry ? 0 : -1, "aria-selected": choice.chosen, onClick: choice.onChoose };
  return (
    <div
      role={choice ? "gridcell" : "cell"}
      className={classes.slot}
      data-code={code}
      data-tone={tone}
      data-choosable={choice ? true : undefined}
      data-moving={moving}
      data-changed={mark?.changed || undefined}
      data-off={mark?.tone === "off" || undefined}
      aria-label={mark?.words ? `${words}, ${mark.words}` : words}
      title={product ? t("price", { code, product: product.name, price: formatCredits(slot.price ?? product.price) }) : words}
      style={{ gridColumn: slot.column }}
      {...chosen}
    >
      <span className={classes.head} aria-hidden>
        <span className={classes.code}>{code}</span>
        {product && <span className={classes.count}>{count === 0 ? t("empty") : `${count}/${capacity}`}</span>}
      </span>
      <span className={classes.product} aria-hidden>
        {product?.name ?? t("free")}
      </span>
      {mark?.text && (
        <span className={classes.mark} data-tone={mark.tone} aria-hidden>
          {mark.text}
        </span>
      )}
      <span className={classes.bar} aria-hidden>
        <span style={{ width: `${product && capacity > 0 ? Math.min(100, (count / capacity) * 100) : 0}%` }} />
      </span>
    </div>
  );
}
