"use client";

import { Button, Loader } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { describeError } from "#components/ui/describe-error.ts";
import { vmAllows, vmInTransition } from "#shared/compute/states.ts";
import type { VmDetail } from "../types.ts";
import { useVmPower } from "../vm/use-vm-power.ts";
import classes from "./console.module.css";
import type { ConsoleState } from "./console-session.ts";

/** Stands where the screen would: why there is none, and what to do about it. */
export function ConsoleNotice({ vm, allowed, state, onReconnect }: { vm: VmDetail; allowed: boolean; state: ConsoleState | null; onReconnect: () => void }) {
  const t = useTranslations("console");
  const errors = useTranslations("errors");
  const power = useVmPower(vm);
  if (!allowed) return <Notice text={t("noPermission")} />;
  if (vm.status !== "running") {
    if (vmInTransition(vm.status)) return <Notice busy text={t("waiting")} />;
    return (
      <Notice title={t("off", { name: vm.name })} text={t("offText")}>
        {vmAllows(vm.status, "start") && (
          <Button size="xs" loading={power.pending} onClick={() => power.send("start")}>
            {t("start")}
          </Button>
        )}
      </Notice>
    );
  }
  if (state === null || state.phase === "connecting") return <Notice busy text={t("connecting")} />;
  if (state.phase === "connected") return null;
  const again = (
    <Button size="xs" variant="default" onClick={onReconnect}>
      {t("reconnect")}
    </Button>
  );
  if (state.phase === "refused") {
    const { why, next } = describeError(state.error, errors);
    return (
      <Notice title={t("openFailed")} text={`${why} ${next}`}>
        {again}
      </Notice>
    );
  }
  return <Notice text={t(`ended.${state.end}`)}>{again}</Notice>;
}

function Notice({ title, text, busy = false, children }: { title?: string; text: string; busy?: boolean; children?: ReactNode }) {
  return (
    <div className={classes.notice} role="status">
      {busy && <Loader size="sm" color="gray" />}
      {title !== undefined && <strong>{title}</strong>}
      <span>{text}</span>
      {children}
    </div>
  );
}
