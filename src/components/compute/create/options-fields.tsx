import { NumberInput, Textarea } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { Disclosure } from "#components/ui/disclosure.tsx";
import { Section } from "#components/ui/section.tsx";
import { USER_DATA_LIMIT, userDataProblem } from "#shared/compute/user-data.ts";
import type { Plan } from "../types.ts";
import classes from "./options-fields.module.css";

interface OptionsFieldsProps {
  plan: Plan | undefined;
  userData: string;
  onUserData: (text: string) => void;
  /** empty: as the plan says */
  expireInDays: number | "";
  onExpireInDays: (days: number | "") => void;
}

/** What few people need: user data and another expiry. Closed until somebody asks. */
export function OptionsFields({ plan, userData, onUserData, expireInDays, onExpireInDays }: OptionsFieldsProps) {
  const t = useTranslations("vm.create");
  const format = useFormatter();
  const problem = userData === "" ? null : userDataProblem(userData);
  const kilobytes = new TextEncoder().encode(userData).length / 1024;
  return (
    <Section>
      <Disclosure label={t("options")} hint={t("optionsHint")}>
        <NumberInput
          id="vm-expiry"
          label={t("expiry")}
          description={t("expiryHelp")}
          placeholder={plan?.expireInDays == null ? t("expiryNever") : String(plan.expireInDays)}
          suffix={t("expirySuffix")}
          min={1}
          max={3650}
          allowDecimal={false}
          allowNegative={false}
          value={expireInDays}
          onChange={(value) => onExpireInDays(typeof value === "number" ? value : "")}
        />
        <Textarea
          id="vm-user-data"
          label={t("userData")}
          description={t("userDataHelp")}
          placeholder="#cloud-config"
          autosize
          minRows={5}
          maxRows={16}
          spellCheck={false}
          autoComplete="off"
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
          value={userData}
          onChange={(event) => onUserData(event.currentTarget.value)}
          error={problem && t(`userDataProblem.${problem}`)}
        />
        <p className={classes.size}>{t("userDataSize", { size: format.number(kilobytes, { maximumFractionDigits: 1 }), limit: USER_DATA_LIMIT / 1024 })}</p>
      </Disclosure>
    </Section>
  );
}
