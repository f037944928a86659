"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import { ConnectionFields } from "./connection-fields.tsx";
import { connectionOf, toConnection } from "./connection-values.ts";
import { HostError } from "./host-error.tsx";
import classes from "./hosts.module.css";
import { TestResultPanel } from "./test-result.tsx";
import type { HostDetail } from "./types.ts";
import { useConnection } from "./use-connection.ts";
import { useUpdateHost } from "./use-update-host.ts";

/** How the host is reached: tried with the button, and tried again by the server before it is saved. */
export function HostConnectionSettings({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.connection");
  const { form, test, result, connect, trust } = useConnection(connectionOf(host), host);
  const update = useUpdateHost({
    saved: t("saved"),
    onErrors: form.setErrors,
    onSaved: (saved) => {
      // Secrets do not stay in the page.
      const values = connectionOf(saved);
      form.setInitialValues(values);
      form.setValues(values);
    },
  });
  const submit = form.onSubmit((values) => {
    const { type: _type, ...connection } = toConnection(values);
    update.mutate({ id: host.id, ...connection });
  });
  return (
    <Section title={t("title")} description={t("writeOnly")}>
      <form onSubmit={submit} noValidate>
        <ConnectionFields form={form} stored={host.credentials.kind !== "none"} />
        {test.error && !test.isPending && <HostError error={test.error} title={t("testFailed")} />}
        {result && <TestResultPanel result={result} onTrust={trust} pending={test.isPending} />}
        {update.error && <HostError error={update.error} title={t("notSaved")} />}
        <div className={classes.footer}>
          <Button variant="default" onClick={connect} loading={test.isPending}>
            {t("test")}
          </Button>
          <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
