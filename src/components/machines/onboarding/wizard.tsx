"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import type { WizardStep } from "#shared/machines/states.ts";
import { useRoom } from "#components/api/use-live.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { DiscardDraft } from "./discard-draft.tsx";
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
  const router = useRouter();
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
              <DiscardDraft id={id} name={machine.name} onDone={() => router.push("/admin/machines")} />
            </div>
          )}
        </div>
        <Screen key={step} wizard={wizard} />
      </div>
    </>
  );
}
