"use client";

import { NumberInput, Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { SnapshotSchedule as Schedule, VmDetail } from "../types.ts";
import { ReasonedButton } from "../vm/reasoned-button.tsx";
import classes from "./snapshots.module.css";

const CHOICES = [1, 6, 12, 24, 48, 168];

/** How often the VM's snapshots are taken by themselves, and how many of these are kept. */
export function SnapshotSchedule({ vm, schedule }: { vm: VmDetail; schedule: Schedule }) {
  const t = useTranslations("changes.schedule");
  const other = useTranslations("changes");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const format = useFormatter();
  const allowed = useViewer().organization.permissions.includes("vm:snapshot");
  const [every, setEvery] = useState(schedule.everyHours);
  const [keep, setKeep] = useState<number | string>(schedule.keep);
  const save = useMutation(
    trpc.compute.snapshots.schedule.mutationOptions({
      onSuccess: (answer) => {
        queryClient.setQueryData(trpc.compute.snapshots.list.queryKey({ id: vm.id }), answer);
        notify.done(t("saved"));
      },
    }),
  );
  const hours = [...new Set([...CHOICES, ...(schedule.everyHours === null ? [] : [schedule.everyHours])])].sort((one, two) => one - two);
  const label = (count: number) => (count % 24 === 0 ? t("days", { count: count / 24 }) : t("hours", { count }));
  return (
    <Section title={t("title")} description={t("description")}>
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
        <ReasonedButton
          variant="default"
          loading={save.isPending}
          disabled={keep === ""}
          why={allowed ? null : other("noPermission")}
          onClick={() => save.mutate({ id: vm.id, everyHours: every, keep: Number(keep) })}
        >
          {t("save")}
        </ReasonedButton>
      </div>
      {schedule.nextAt && <p className={classes.note}>{t("next", { at: format.dateTime(new Date(schedule.nextAt), { dateStyle: "medium", timeStyle: "short" }) })}</p>}
      {save.error ? <ErrorState error={save.error} compact /> : null}
    </Section>
  );
}
