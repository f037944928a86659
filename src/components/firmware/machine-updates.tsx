"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import classes from "./firmware.module.css";
import { MachineProgress } from "./machine-progress.tsx";
import type { MachineUpdate } from "./types.ts";

/** The firmware of one machine: what it says it runs, and what it was and is offered. Live. */
export function MachineUpdates({ side, id, version }: { side: "customer" | "admin"; id: string; version: string | null }) {
  const t = useTranslations("updates.machine");
  const { machines } = useTRPC();
  const query = useQuery((side === "admin" ? machines.admin.updates : machines.updates).queryOptions({ id }));
  const updates = query.data?.data ?? [];
  if (version === null && updates.length === 0) return null;
  return (
    <Section title={t("title")} description={version === null ? undefined : t("runs", { version })}>
      {updates.length === 0 ? (
        <p className={classes.dim}>{t("none")}</p>
      ) : (
        <ol className={classes.updates}>
          {updates.map((update) => (
            <li key={update.rolloutId}>
              <span className={classes.line}>
                <Version side={side} update={update} />
                <span className={classes.dim}>
                  <RelativeTime at={update.updatedAt} />
                </span>
              </span>
              <MachineProgress progress={update} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function Version({ side, update }: { side: "customer" | "admin"; update: MachineUpdate }) {
  const text = update.fromVersion === null || update.fromVersion === update.version ? update.version : `${update.fromVersion} → ${update.version}`;
  if (side === "customer") return <strong>{text}</strong>;
  return (
    <Link href={`/admin/firmware/rollouts/${update.rolloutId}`} className={classes.link}>
      {text}
    </Link>
  );
}
