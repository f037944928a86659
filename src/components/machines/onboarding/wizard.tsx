"use client";

import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { WizardStep } from "#shared/machines/states.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useRoom } from "#components/api/use-live.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { StepDetails } from "./step-details.tsx";
import { StepLabel } from "./step-label.tsx";
import { StepLive } from "./step-live.tsx";
import { StepLocation } from "./step-location.tsx";
import { StepNetwork } from "./step-network.tsx";
import { StepPlanogram } from "./step-planogram.tsx";
import { useWizard, type WizardControl } from "./use-wizard.ts";
import { WizardProgress } from "./wizard-progress.tsx";
import classes from "./wizard.module.css";

const SCREENS: Record<WizardStep, (props: { wizard: WizardControl }) => React.ReactNode> = {
  details: StepDetails,
  location: StepLocation,
  planogram: StepPlanogram,
  network: StepNetwork,
  label: StepLabel,
  live: StepLive,
};

/** Onboards one machine: a question a screen; it can be left at any time and goes on where it was. */
export function Wizard({ id }: { id: string }) {
  const t = useTranslations("machines.wizard");
  const wizard = useWizard(id);
  const { machine, step } = wizard;
  useRoom(`machine:${id}`);
  const Screen = SCREENS[step];
  return (
    <>
      <PageHeader
        title={machine.name}
        state={<StateChip status={machine.status} />}
        description={t("resumes", { organization: machine.organizationName })}
        back={{ href: "/admin/machines", label: t("machines") }}
      />
      <div className={classes.wizard}>
        <div className={classes.side}>
          <WizardProgress current={step} machine={machine} onGo={wizard.go} />
          {machine.claimedAt === null && (
            <div className={classes.discard}>
              <DiscardButton id={id} name={machine.name} />
            </div>
          )}
        </div>
        <Screen key={step} wizard={wizard} />
      </div>
    </>
  );
}

function DiscardButton({ id, name }: { id: string; name: string }) {
  const t = useTranslations("machines.wizard.discard");
  const trpc = useTRPC();
  const router = useRouter();
  const notify = useNotify();
  const [opened, setOpened] = useState(false);
  const discard = useMutation(
    trpc.machines.admin.discard.mutationOptions({
      onSuccess: () => {
        notify.done(t("done", { name }));
        router.push("/admin/machines");
      },
    }),
  );
  return (
    <>
      <Button variant="subtle" color="red" size="xs" onClick={() => setOpened(true)}>
        {t("action")}
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title={t("title", { name })}
        confirmLabel={t("action")}
        onConfirm={() => discard.mutate({ id })}
        danger
        pending={discard.isPending}
        error={discard.error}
      >
        {t("text")}
      </ConfirmDialog>
    </>
  );
}
