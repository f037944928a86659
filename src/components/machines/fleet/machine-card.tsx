"use client";

import { CloseButton } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { machineHref } from "../machine-href.ts";
import { StockBar } from "../stock-bar.tsx";
import { Temperature } from "../temperature.tsx";
import { type MachineSide, useMachine } from "../use-machines.ts";
import classes from "./fleet.module.css";

interface MachineCardProps {
  side: MachineSide;
  id: string;
  alerts: number;
  onClose: () => void;
}

/** The machine that was pressed, live, and the way to its page. */
export function MachineCard(props: MachineCardProps) {
  const card = useRef<HTMLDivElement>(null);
  // On a phone it stands below the map: what was pressed for is to be seen.
  useEffect(() => card.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <div ref={card} className={classes.shown}>
      <CardBody {...props} />
    </div>
  );
}

function CardBody({ side, id, alerts, onClose }: MachineCardProps) {
  const t = useTranslations("fleet");
  const { data: machine, error, refetch } = useMachine(side, id);
  const close = <CloseButton aria-label={t("close")} onClick={onClose} />;
  if (!machine) return <Section title="…" actions={close}>{error ? <ErrorState error={error} title={t("cardFailed")} onRetry={() => void refetch()} compact /> : <TableSkeleton rows={3} />}</Section>;
  const since = machine.status === "online" || machine.status === "offline";
  return (
    <Section title={<span className={classes.name}>{machine.name}</span>} description={[side === "admin" ? machine.organizationName : "", machine.address].filter(Boolean).join(" · ") || undefined} actions={close}>
      <div className={classes.card}>
        <div className={classes.chips}>
          <StateChip status={machine.status} alarming />
          {alerts > 0 && <StateChip status="warn" tone="warn" word={t("alerts", { count: alerts })} />}
        </div>
        <KeyValue
          items={[
            { label: t("lastSeen"), value: machine.lastSeenAt ? <RelativeTime at={machine.lastSeenAt} /> : t("neverSeen") },
            ...(since ? [{ label: t("temperature"), value: <Temperature celsius={machine.latest?.metrics["temp_c"]} /> }] : []),
            { label: t("stock"), value: <StockBar {...machine.stock} /> },
          ]}
        />
        <ButtonLink href={machineHref(side, machine)} fullWidth>
          {t("open")}
        </ButtonLink>
      </div>
    </Section>
  );
}
