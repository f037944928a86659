import { useFormatter, useTranslations } from "next-intl";
import { Meter } from "#components/ui/meter.tsx";
import type { Quota } from "../types.ts";
import classes from "./quota-bars.module.css";

/** What an organization has of what it may have, with what is about to be added. */
export type QuotaPart = "vms" | "vcpu" | "memoryMb" | "storageGb" | "backups";
const QUOTA_PARTS: readonly QuotaPart[] = ["vms", "vcpu", "memoryMb", "storageGb", "backups"];

/** One line for each limit: how much is used, `more` included. With `more` those alone that it changes. */
export function QuotaBars({ quota, more }: { quota: Quota; more?: Partial<Record<QuotaPart, number>> }) {
  const t = useTranslations("vm.quota");
  const format = useFormatter();
  return (
    <ul className={classes.list} aria-label={t("title")}>
      {QUOTA_PARTS.filter((part) => more === undefined || more[part] !== undefined).map((part) => {
        const used = quota.used[part] + (more?.[part] ?? 0);
        const limit = quota.allowed[part];
        const share = limit > 0 ? used / limit : 1;
        const shown = (value: number) => format.number(part === "memoryMb" ? value / 1024 : value, { maximumFractionDigits: 1 });
        return (
          <li key={part}>
            <Meter share={share} tone={share > 1 || limit === 0 ? "none" : share >= 0.8 ? "low" : "good"} label={t(`part.${part}`, { used: shown(used), limit: shown(limit) })} />
          </li>
        );
      })}
    </ul>
  );
}

/** The first limit that `more` would go over; null: it fits. */
export function quotaAgainst<P extends QuotaPart>(quota: Quota, more: Record<P, number>): P | null {
  return (Object.keys(more) as P[]).find((part) => more[part] > 0 && quota.used[part] + more[part] > quota.allowed[part]) ?? null;
}
