"use client";

import { Button, Popover, TextInput } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { daysBetween } from "./charge-range.ts";
import classes from "./charges.module.css";

interface DayRangeProps {
  days: { first: string; last: string };
  /** chosen by hand, so the button says which */
  chosen: boolean;
  onChoose: (days: { first: string; last: string }) => void;
}

/** Two days by hand, both included. */
export function DayRange({ days, chosen, onChoose }: DayRangeProps) {
  const t = useTranslations("statements.charges");
  const format = useFormatter();
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState(days);
  const [wrong, setWrong] = useState(false);
  const toggle = () => {
    setTyped(days);
    setWrong(false);
    setOpened(!opened);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!daysBetween(typed.first, typed.last)) return setWrong(true);
    onChoose(typed);
    setOpened(false);
  };
  const said = (day: string) => format.dateTime(new Date(day), { dateStyle: "medium", timeZone: "UTC" });
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button variant={chosen ? "light" : "default"} leftSection={<IconCalendar size={16} stroke={1.6} aria-hidden />} onClick={toggle} aria-expanded={opened}>
          {!chosen ? t("days") : days.first === days.last ? said(days.first) : `${said(days.first)} – ${said(days.last)}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit} className={classes.days}>
          <TextInput type="date" label={t("first")} value={typed.first} onChange={(event) => setTyped({ ...typed, first: event.currentTarget.value })} required />
          <TextInput type="date" label={t("last")} value={typed.last} onChange={(event) => setTyped({ ...typed, last: event.currentTarget.value })} error={wrong && t("daysWrong")} required />
          <Button type="submit">{t("show")}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
