"use client";

import { useTranslations } from "next-intl";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Section } from "#components/ui/section.tsx";
import type { VmDetail } from "../types.ts";
import classes from "./vm-settings.module.css";

type Interface = VmDetail["interfaces"][number];

/** How the VM is reached: its interface, and the addresses that the platform gave it. */
export function VmNetwork({ vm }: { vm: VmDetail }) {
  return (
    <Rows>
      {vm.interfaces.map((each) => (
        <OneInterface key={each.mac} each={each} />
      ))}
    </Rows>
  );
}

function OneInterface({ each }: { each: Interface }) {
  const t = useTranslations("changes.network");
  return (
    <>
      <Section title={t("title")}>
        <KeyValue
          columns={2}
          items={[
            { label: t("mac"), value: each.mac && <CopyText value={each.mac} label={t("mac")} /> },
            { label: t("private"), value: each.privateIp ? <CopyText value={each.privateIp} label={t("private")} /> : t("none") },
          ]}
        />
      </Section>
      <Section title={t("addresses")} {...(each.addresses.length > 0 ? { description: t("addressesText") } : {})}>
        {each.addresses.length === 0 && <p className={classes.none}>{t("dhcp")}</p>}
        <Rows>
          {each.addresses.map(({ address, family, network, gateway, nameservers }) => (
            <KeyValue
              key={address}
              columns={2}
              items={[
                { label: t(family === 4 ? "family4" : "family6"), value: <CopyText value={address} label={t("address")} /> },
                { label: t("network"), value: <CopyText value={network} label={t("network")} /> },
                { label: t("gateway"), value: gateway && <CopyText value={gateway} label={t("gateway")} /> },
                { label: t("nameservers"), value: nameservers.length > 0 ? nameservers.join(", ") : null },
              ]}
            />
          ))}
        </Rows>
      </Section>
    </>
  );
}
