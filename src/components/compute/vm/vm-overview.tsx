"use client";

import { useTranslations } from "next-intl";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { MainAndAside, Rows } from "#components/ui/grid.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { vmIsGone } from "#shared/compute/states.ts";
import type { VmDetail } from "../types.ts";
import { VmTiles } from "./vm-tiles.tsx";
import classes from "./vm-overview.module.css";
import { useImageUser } from "./use-image-user.ts";

/** How it is, what it is, and how to get in. */
export function VmOverview({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.overview");
  return (
    <Rows>
      {!vmIsGone(vm.status) && <VmTiles vm={vm} />}
      <MainAndAside>
        <Section title={t("about")}>
          <KeyValue
            columns={2}
            items={[
              { label: t("image"), value: vm.imageName },
              { label: t("plan"), value: vm.planName },
              { label: t("project"), value: <TextLink href={`/vms?project=${vm.projectId}`}>{vm.projectName}</TextLink> },
              { label: t("region"), value: vm.region },
              { label: t("address"), value: vm.network.privateIp && <CopyText value={vm.network.privateIp} label={t("address")} /> },
              ...(vm.network.publicIp ? [{ label: t("publicAddress"), value: <CopyText value={vm.network.publicIp} label={t("publicAddress")} /> }] : []),
              ...(vm.network.ipv6 ? [{ label: t("ipv6"), value: <CopyText value={vm.network.ipv6} label={t("ipv6")} /> }] : []),
              { label: t("created"), value: <RelativeTime at={vm.createdAt} /> },
              { label: t("started"), value: vm.startedAt && <RelativeTime at={vm.startedAt} /> },
              { label: t("stoppedPrice"), value: vmIsGone(vm.status) ? null : <Credits micro={vm.prices.stopped} perHour /> },
            ]}
          />
        </Section>
        {!vmIsGone(vm.status) && <Connect vm={vm} />}
      </MainAndAside>
    </Rows>
  );
}

function Connect({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.overview");
  const user = useImageUser(vm.templateId);
  const address = vm.network.publicIp ?? vm.network.ipv6 ?? vm.network.privateIp;
  return (
    <Section title={t("connect")}>
      {address && user ? (
        <>
          <p className={classes.text}>{t("connectText")}</p>
          <div className={classes.command}>
            <CopyText value={`ssh ${user}@${address}`} label={t("command")} />
          </div>
        </>
      ) : (
        <p className={classes.text}>{t("connectLater")}</p>
      )}
    </Section>
  );
}
