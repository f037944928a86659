"use client";

import { Loader } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import classes from "./auth.module.css";

export interface DemoAccount {
  id: string;
  email: string;
  /** role on the platform, or "customer" */
  role: string;
}

interface DemoAccountsProps {
  accounts: readonly DemoAccount[];
  pending: string | null;
  onChoose: (accountId: string) => void;
}

/** The demo's people, each a click away. */
export function DemoAccounts({ accounts, pending, onChoose }: DemoAccountsProps) {
  const t = useTranslations("auth.demo");
  return (
    <section className={classes.demo} aria-labelledby="demo-title">
      <h2 id="demo-title" className={classes.demoTitle}>
        {t("title")}
      </h2>
      <p className={classes.demoLead}>{t("lead")}</p>
      <ul className={classes.accounts}>
        {accounts.map((account) => (
          <li key={account.id}>
            <button type="button" className={classes.account} disabled={pending !== null} onClick={() => onChoose(account.id)} title={t("enter", { email: account.email })}>
              <span className={classes.role}>{t.has(`roles.${account.role as "customer"}`) ? t(`roles.${account.role as "customer"}`) : account.role}</span>{" "}
              <span className={classes.email}>{account.email}</span>
              {pending === account.id ? <Loader size={16} /> : <IconArrowRight size={16} stroke={1.6} aria-hidden />}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
