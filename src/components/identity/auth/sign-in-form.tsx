"use client";

import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import Link from "next/link";
import { useTranslations } from "next-intl";
import classes from "./auth.module.css";
import { DemoAccounts, type DemoAccount } from "./demo-accounts.tsx";
import { looksLikeEmail } from "./email.ts";
import { useEnter } from "./use-enter.ts";

interface SignInFormProps {
  destination: string;
  /** empty in production */
  demoAccounts: readonly DemoAccount[];
}

/** E-mail and password; in the demo also one click. */
export function SignInForm({ destination, demoAccounts }: SignInFormProps) {
  const t = useTranslations("auth");
  const { enter, pending, error } = useEnter(destination);
  const form = useForm({
    initialValues: { email: "", password: "" },
    validateInputOnBlur: false,
    validate: {
      email: (value) => (looksLikeEmail(value) ? null : t("error.emailInvalid")),
      password: (value) => (value === "" ? t("error.passwordMissing") : null),
    },
  });
  return (
    <>
      <form className={classes.form} noValidate onSubmit={form.onSubmit(({ email, password }) => enter({ provider: "credentials", email, password }, "password"))}>
        <TextInput type="email" name="email" autoComplete="username" inputMode="email" label={t("field.email")} autoFocus={demoAccounts.length === 0} {...form.getInputProps("email")} />
        <PasswordInput
          name="password"
          autoComplete="current-password"
          label={t("field.password")}
          visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
          {...form.getInputProps("password")}
        />
        {error !== null && (
          <p className={classes.error} role="alert">
            {error}
          </p>
        )}
        <Button type="submit" fullWidth size="md" loading={pending === "password"} disabled={pending !== null && pending !== "password"}>
          {t("signIn.submit")}
        </Button>
      </form>
      <p className={classes.other}>
        {t("signIn.other")} <Link href="/sign-up">{t("signIn.otherLink")}</Link>
      </p>
      {demoAccounts.length > 0 && <DemoAccounts accounts={demoAccounts} pending={pending} onChoose={(accountId) => void enter({ provider: "demo", accountId }, accountId)} />}
    </>
  );
}
