"use client";

import { Box } from "@mantine/core";
import { useTranslations } from "next-intl";
import { Notice } from "#components/ui/notice.tsx";
import { timeTag } from "./time-tag.tsx";
import type { MachineDetail } from "./types.ts";
import { type MachineSide, useConnections } from "./use-machines.ts";

/** What one has to know before anything else: it is offline and why, or was never finished. Nothing while it is online. */
export function MachineNotice({ side, machine }: { side: MachineSide; machine: MachineDetail }) {
  const t = useTranslations("machines.notice");
  if (machine.status === "online") return null;
  if (machine.status === "offline") return <Offline side={side} machine={machine} />;
  const waiting = machine.status === "awaiting_claim" && side === "customer" ? "awaitingCustomer" : machine.status;
  return (
    <Box mb={16}>
      <Notice tone="neutral" title={t(`state.${waiting}`)}>
        {t(`stateText.${waiting}`)}
      </Notice>
    </Box>
  );
}

function Offline({ side, machine }: { side: MachineSide; machine: MachineDetail }) {
  const t = useTranslations("machines.notice");
  const networks = useTranslations("machines.facts.networks");
  const last = useConnections(side, machine.id).data?.pages.flatMap((page) => page.data).find((entry) => entry.type === "machine.offline");
  const network = machine.wifiSsid ? `${networks(machine.networkKind)} ${machine.wifiSsid}` : networks(machine.networkKind);
  const reason = last?.reason;
  return (
    <Box mb={16}>
      <Notice tone="bad" title={t.rich("offline", { since: timeTag(last?.at ?? machine.statusChangedAt) })}>
        <p>
          {reason && t.has(`reason.${reason}` as "reason.will") ? `${t(`reason.${reason}` as "reason.will")} ` : ""}
          {t("check", { network })}
        </p>
        {machine.latest && <p>{t.rich("lastReading", { at: timeTag(machine.latest.at) })}</p>}
      </Notice>
    </Box>
  );
}
