"use client";

import { ActionIcon, Button, SegmentedControl, Switch } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { useClock } from "#components/ui/use-clock.ts";
import { CustomRange } from "./custom-range.tsx";
import { RANGE_NAMES, type RangeName, shift, type Span, zoomIn, zoomOut } from "./ranges.ts";
import classes from "./vm-metrics.module.css";

interface RangeBarProps {
  range: RangeName;
  /** what is shown */
  span: Span;
  /** null: the range that ends now */
  chosen: Span | null;
  compare: boolean;
  note: string | undefined;
  setRange: (range: RangeName) => void;
  choose: (span: Span) => void;
  reset: () => void;
  setCompare: (compare: boolean) => void;
}

/** Which stretch of time is shown. Its buttons do by keyboard what dragging in a chart does by pointer. */
export function RangeBar({ range, span, chosen, compare, note, setRange, choose, reset, setCompare }: RangeBarProps) {
  const t = useTranslations("vm.metrics");
  const format = useFormatter();
  const now = useClock();
  const atNow = span.to > now - 60_000;
  const icon = { size: 16, stroke: 1.6 };
  const buttons = [
    { label: t("earlier"), icon: <IconChevronLeft {...icon} />, run: () => choose(shift(span, -1, now)), disabled: false },
    { label: t("later"), icon: <IconChevronRight {...icon} />, run: () => choose(shift(span, 1, now)), disabled: atNow },
    { label: t("zoomIn"), icon: <IconZoomIn {...icon} />, run: () => choose(zoomIn(span)), disabled: false },
    { label: t("zoomOut"), icon: <IconZoomOut {...icon} />, run: () => choose(zoomOut(span, now)), disabled: false },
  ];
  return (
    <div>
      <div className={classes.bar}>
        <SegmentedControl
          aria-label={t("range")}
          value={chosen ? "" : range}
          onChange={(value) => setRange(RANGE_NAMES.find((each) => each === value) ?? "1h")}
          data={RANGE_NAMES.map((name) => ({ value: name, label: t(`ranges.${name}`) }))}
        />
        <div className={classes.tools}>
          <CustomRange span={span} onChoose={choose} />
          {buttons.map((button) => (
            <ActionIcon key={button.label} variant="default" size={36} aria-label={button.label} title={button.label} disabled={button.disabled} onClick={button.run}>
              {button.icon}
            </ActionIcon>
          ))}
          <Switch label={t("compare")} checked={compare} onChange={(event) => setCompare(event.currentTarget.checked)} />
        </div>
      </div>
      <p className={classes.note} aria-live="polite">
        {chosen ? (
          <>
            {format.dateTimeRange(new Date(chosen.from), new Date(chosen.to), { dateStyle: "medium", timeStyle: "short" })}{" "}
            <Button variant="subtle" size="compact-sm" onClick={reset}>
              {t("reset")}
            </Button>
          </>
        ) : (
          note
        )}
      </p>
    </div>
  );
}
