import { useFormatter, useTranslations } from "next-intl";
import { StateChip } from "#components/ui/state-chip.tsx";
import type { Vm } from "./types.ts";
import classes from "./vm-state.module.css";

const MOMENT = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" } as const;

/** A VM's state; of one whose host does not answer, since when nobody knows it, and what it was then. */
export function VmState({ vm }: { vm: Pick<Vm, "status" | "statusReason" | "unknownSince"> }) {
  const t = useTranslations("vm.unknown");
  const status = useTranslations("common.status");
  const format = useFormatter();
  if (vm.unknownSince === null) return <StateChip status={vm.status} reason={vm.statusReason} />;
  return (
    <span className={classes.unknown} title={t("reason", { status: status(vm.status) })}>
      <StateChip status="unknown" />
      <span className={classes.since}>
        {t("since", { time: format.dateTime(new Date(vm.unknownSince), MOMENT) })}
      </span>
    </span>
  );
}
