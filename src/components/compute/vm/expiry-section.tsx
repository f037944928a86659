"use client";

import { NumberInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { Section } from "#components/ui/section.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { VmDetail } from "../types.ts";
import { ReasonedButton } from "./reasoned-button.tsx";
import { useWhyNot } from "./use-why-not.ts";
import classes from "./vm-changes.module.css";

const USUAL_DAYS = 30;

/** When the VM ends by itself, and the way to put that off. */
export function ExpirySection({ vm }: { vm: VmDetail }) {
  const t = useTranslations("changes.expiry");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const whyNot = useWhyNot(vm);
  const format = useFormatter();
  const exact = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" });
  const [days, setDays] = useState<number | string>(USUAL_DAYS);
  const extend = useMutation(
    trpc.compute.expiry.extend.mutationOptions({
      onSuccess: (_answer, { additionalDays }) => {
        notify.done(t("done", { days: additionalDays }));
        void queryClient.invalidateQueries(trpc.compute.vms.pathFilter());
      },
      onError: (error) => notify.failed(t("failed"), error),
    }),
  );
  const { expiry } = vm;
  if (!expiry) {
    return (
      <Section title={t("title")}>
        <p className={classes.text}>{t("never")}</p>
      </Section>
    );
  }
  return (
    <Section title={t("title")} id="expiry">
      <p className={classes.text}>
        {expiry.deleteAt === null ? t("until", { at: exact(expiry.expireAt), stopAt: exact(expiry.stopAt ?? expiry.expireAt) }) : t("over", { at: exact(expiry.deleteAt) })}
      </p>
      <div className={classes.row}>
        <NumberInput label={t("days")} w={120} min={1} max={365} allowDecimal={false} clampBehavior="strict" value={days} onChange={setDays} />
        <ReasonedButton variant="default" disabled={days === ""} loading={extend.isPending} why={whyNot("extend", "vm:update")} onClick={() => extend.mutate({ id: vm.id, additionalDays: Number(days) })}>
          {t("extend")}
        </ReasonedButton>
      </div>
    </Section>
  );
}
