import { IconCheck } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { WIZARD_STEPS, type WizardStep } from "#shared/machines/states.ts";
import type { MachineDetail } from "../types.ts";
import classes from "./wizard.module.css";

interface WizardProgressProps {
  current: WizardStep;
  /** null before the draft exists */
  machine: MachineDetail | null;
  onGo: (step: WizardStep) => void;
}

/** The wizard's questions, those answered with a tick. Any that can be gone to is a button. */
export function WizardProgress({ current, machine, onGo }: WizardProgressProps) {
  const t = useTranslations("machines.wizard");
  return (
    <nav aria-label={t("progress")}>
      <p className={classes.short}>{t("stepOf", { step: WIZARD_STEPS.indexOf(current) + 1, of: WIZARD_STEPS.length })}</p>
      <ol className={classes.progress}>
        {WIZARD_STEPS.map((step, index) => (
          <li key={step}>
            <button
              type="button"
              className={classes.place}
              aria-current={step === current ? "step" : undefined}
              data-done={isAnswered(step, machine) || undefined}
              disabled={!isReachable(step, machine)}
              onClick={() => onGo(step)}
            >
              <span className={classes.number} aria-hidden>
                {isAnswered(step, machine) && step !== current ? <IconCheck size={12} stroke={3} /> : index + 1}
              </span>
              <span className={classes.label}>{t(`steps.${step}.name`)}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Whether the machine itself shows that a question was answered: so a draft that is resumed, anywhere, shows the same. */
function isAnswered(step: WizardStep, machine: MachineDetail | null): boolean {
  if (!machine) return false;
  const reached = WIZARD_STEPS.indexOf(machine.wizardStep) > WIZARD_STEPS.indexOf(step);
  if (step === "planogram") return machine.templateId !== null;
  if (step === "label") return machine.claim !== null;
  if (step === "live") return machine.firstReadingAt !== null;
  return reached;
}

function isReachable(step: WizardStep, machine: MachineDetail | null): boolean {
  if (!machine) return step === "details";
  const needsSlots = WIZARD_STEPS.indexOf(step) > WIZARD_STEPS.indexOf("planogram");
  if (step === "live" && machine.claim === null) return false;
  return !needsSlots || machine.templateId !== null;
}
