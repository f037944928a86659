"use client";

import { Button, Select } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import classes from "./organization-form.module.css";

/** The organization's time zone: when its nights are. Empty: the installation's. */
export function OrganizationForm() {
  const t = useTranslations("settings.organization");
  const format = useFormatter();
  const router = useRouter();
  const notify = useNotify();
  const { organization } = useViewer();
  const allowed = organization.permissions.includes("organization:update");
  const [zone, setZone] = useState(organization.timeZone);
  const now = useClock();
  const save = useMutation(
    useTRPC().identity.updateOrganization.mutationOptions({
      onSuccess: () => {
        // Who looks, and for whom, is told by the server with each page.
        router.refresh();
        notify.done(t("saved"));
      },
    }),
  );
  const shown = zone ?? (organization.timeZone === null ? organization.effectiveTimeZone : null);
  const clock = shown === null ? null : t("now", { zone: shown, time: format.dateTime(new Date(now), { timeZone: shown, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ id: organization.id, timeZone: zone });
      }}
    >
      <Select
        label={t("timeZone")}
        description={t("timeZoneHelp")}
        placeholder={t("default")}
        maw={360}
        searchable
        clearable
        disabled={!allowed}
        // This computer's names may lack the one that was chosen.
        data={[...new Set([...(zone === null ? [] : [zone]), "UTC", ...Intl.supportedValuesOf("timeZone")])]}
        limit={60}
        nothingFoundMessage={t("noZone")}
        value={zone}
        onChange={setZone}
      />
      <p suppressHydrationWarning className={classes.note}>
        {allowed ? clock : t("noPermission")}
      </p>
      {save.error && <ErrorState error={save.error} title={t("failed")} compact />}
      <Button type="submit" mt="md" loading={save.isPending} disabled={!allowed || zone === organization.timeZone}>
        {t("save")}
      </Button>
    </form>
  );
}
