"use client";

import { NumberInput, Select } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { ReasonedButton } from "../vm/reasoned-button.tsx";
import classes from "./copies.module.css";

const CHOICES = [1, 6, 12, 24, 48, 168];

interface ScheduleFormProps {
  description: string;
  schedule: { everyHours: number | null; keep: number; nextAt: string | null };
  /** why it can't be changed; null: it can */
  why: string | null;
  onSave: (schedule: { everyHours: number | null; keep: number }) => void;
  pending: boolean;
  error: unknown;
}

/** How often copies of a VM are made by themselves, and how many of these are kept. Give it a key of the schedule, so that it begins anew with another one. */
export function ScheduleForm({ description, schedule, why, onSave, pending, error }: ScheduleFormProps) {
  const t = useTranslations("changes.schedule");
  const format = useFormatter();
  const [every, setEvery] = useState(schedule.everyHours);
  const [keep, setKeep] = useState<number | string>(schedule.keep);
  const hours = [...new Set([...CHOICES, ...(schedule.everyHours === null ? [] : [schedule.everyHours])])].sort((one, two) => one - two);
  const label = (count: number) => (count % 24 === 0 ? t("days", { count: count / 24 }) : t("hours", { count }));
  return (
    <Section title={t("title")} description={description}>
      <div className={classes.fields}>
        <Select
          label={t("every")}
          w={200}
          allowDeselect={false}
          value={every === null ? "" : String(every)}
          data={[{ value: "", label: t("off") }, ...hours.map((count) => ({ value: String(count), label: label(count) }))]}
          onChange={(value) => setEvery(value ? Number(value) : null)}
        />
        <NumberInput label={t("keep")} w={140} min={1} max={100} allowDecimal={false} clampBehavior="strict" disabled={every === null} value={keep} onChange={setKeep} />
        <ReasonedButton variant="default" loading={pending} disabled={keep === ""} why={why} onClick={() => onSave({ everyHours: every, keep: Number(keep) })}>
          {t("save")}
        </ReasonedButton>
      </div>
      {schedule.nextAt && <p className={classes.note}>{t("next", { at: format.dateTime(new Date(schedule.nextAt), { dateStyle: "medium", timeStyle: "short" }) })}</p>}
      {error ? <ErrorState error={error} compact /> : null}
    </Section>
  );
}
