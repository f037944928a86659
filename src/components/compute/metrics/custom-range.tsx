"use client";

import { Button, Popover, TextInput } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useTimeZone, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { zoneOffset } from "#components/chart/time-axis.ts";
import { SHORTEST_MS, type Span } from "./ranges.ts";
import classes from "./vm-metrics.module.css";

/** Two moments by hand, in the viewer's time zone. */
export function CustomRange({ span, onChoose }: { span: Span; onChoose: (span: Span) => void }) {
  const t = useTranslations("vm.metrics");
  const timeZone = useTimeZone() ?? "UTC";
  const [opened, setOpened] = useState(false);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [wrong, setWrong] = useState(false);
  const open = () => {
    setFrom(toField(span.from, timeZone));
    setTo(toField(span.to, timeZone));
    setWrong(false);
    setOpened(!opened);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosen = { from: fromField(from, timeZone), to: fromField(to, timeZone), live: false };
    // Also false when a field is empty.
    if (!(chosen.to - chosen.from >= SHORTEST_MS && chosen.from < Date.now())) return setWrong(true);
    onChoose(chosen);
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconCalendar size={16} stroke={1.6} />} onClick={open} aria-expanded={opened}>
          {t("custom")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit} className={classes.form}>
          <TextInput type="datetime-local" label={t("from")} value={from} onChange={(event) => setFrom(event.currentTarget.value)} required />
          <TextInput type="datetime-local" label={t("to")} value={to} onChange={(event) => setTo(event.currentTarget.value)} error={wrong && t("rangeWrong")} required />
          <Button type="submit">{t("show")}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** As an input of the type datetime-local writes it. */
function toField(ms: number, timeZone: string): string {
  return new Date(ms + zoneOffset(timeZone, ms)).toISOString().slice(0, 16);
}

function fromField(text: string, timeZone: string): number {
  const local = Date.parse(`${text}Z`);
  return Number.isNaN(local) ? Number.NaN : local - zoneOffset(timeZone, local);
}
