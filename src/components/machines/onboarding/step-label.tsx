"use client";

import { Alert, Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { ClaimCodes } from "./claim-codes.tsx";
import classes from "./claim.module.css";
import type { WizardControl } from "./use-wizard.ts";
import { WizardStepForm } from "./wizard-step.tsx";

const MEDIA = ["screen", "label"] as const;

/** The right to become this machine: to scan now, or to print and send along. Issuing again makes the earlier one worthless. */
export function StepLabel({ wizard }: { wizard: WizardControl }) {
  const t = useTranslations("machines.wizard.steps.label");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { machine, claim } = wizard;
  const issue = useMutation(
    trpc.machines.admin.issueClaim.mutationOptions({
      onSuccess: async (issued) => {
        wizard.setClaim(issued);
        await queryClient.invalidateQueries(trpc.machines.admin.get.queryFilter({ id: machine.id }));
      },
    }),
  );
  const claimed = machine.claimedAt !== null;
  return (
    <WizardStepForm step="label" onBack={() => wizard.go("network")} onNext={() => wizard.save({}, "live")} nextLabel={t("next")} pending={wizard.saving} error={wizard.error}>
      {claimed && <Alert mb="md">{t("claimed", { hardware: machine.hardwareId ?? "" })}</Alert>}
      {claim && !claimed && <ClaimCodes claim={claim} machine={machine} />}
      {!claim && !claimed && (
        <>
          {machine.claim && <Alert mb="md">{t("issuedBefore")}</Alert>}
          <div className={classes.choice}>
            {MEDIA.map((medium) => (
              <section key={medium} className={classes.option}>
                <h3>{t(`media.${medium}.title`)}</h3>
                <p>{t(`media.${medium}.text`)}</p>
                <Button variant={medium === "screen" ? "filled" : "default"} loading={issue.isPending && issue.variables.medium === medium} onClick={() => issue.mutate({ id: machine.id, medium })}>
                  {t(`media.${medium}.action`)}
                </Button>
              </section>
            ))}
          </div>
        </>
      )}
      {issue.error ? <ErrorState error={issue.error} title={t("notIssued")} compact /> : null}
      {claim && !claimed && (
        <Button mt="md" variant="default" loading={issue.isPending} onClick={() => issue.mutate({ id: machine.id, medium: "screen" })}>
          {t("again")}
        </Button>
      )}
    </WizardStepForm>
  );
}
