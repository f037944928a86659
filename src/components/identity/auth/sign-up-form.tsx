"use client";

import { Button, PasswordInput, TextInput, useMantineColorScheme } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { AppRouter } from "#server/trpc/root.ts";
import { errorBodyOf } from "#components/api/errors.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { FormError } from "#components/form/form-error.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import classes from "./auth.module.css";
import { looksLikeEmail } from "./email.ts";
import { useEnter } from "./use-enter.ts";

const PASSWORD_MIN = 10;
const PASSWORD_MAX = 200;

/** A new account, signed in at once. */
export function SignUpForm() {
  const t = useTranslations("auth");
  const errors = useTranslations("errors.code");
  const locale = useLocale();
  const { colorScheme } = useMantineColorScheme();
  const { enter, pending, error } = useEnter("/");
  const form = useForm({
    initialValues: { name: "", email: "", password: "" },
    validate: {
      email: (value) => (looksLikeEmail(value) ? null : t("error.emailInvalid")),
      password: (value) =>
        value.length < PASSWORD_MIN ? t("error.passwordShort", { count: PASSWORD_MIN - value.length }) : value.length > PASSWORD_MAX ? t("error.passwordLong") : null,
    },
  });
  const signup = useMutation(
    useTRPC().identity.signup.mutationOptions({
      onSuccess: async ({ token }, { email, password }) => {
        await keepPreferencesAndClose(token, { locale, theme: colorScheme });
        await enter({ provider: "credentials", email, password }, "sign-up");
      },
      onError: (failure) => form.setErrors(errorBodyOf(failure)?.code === "EMAIL_TAKEN" ? { email: errors("EMAIL_TAKEN") } : fieldErrors(failure)),
    }),
  );
  const taken = errorBodyOf(signup.error)?.code === "EMAIL_TAKEN";
  return (
    <>
      <form
        className={classes.form}
        noValidate
        onSubmit={form.onSubmit(({ name, email, password }) => signup.mutate({ email: email.trim(), password, ...(name.trim() === "" ? {} : { name: name.trim() }) }))}
      >
        <TextInput name="name" autoComplete="name" label={t("field.name")} maxLength={80} autoFocus {...form.getInputProps("name")} />
        <TextInput type="email" name="email" autoComplete="username" inputMode="email" label={t("field.email")} {...form.getInputProps("email")} />
        <PasswordInput
          name="password"
          autoComplete="new-password"
          label={t("field.password")}
          description={t("field.passwordHint")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
          {...form.getInputProps("password")}
        />
        {!taken && <FormError error={signup.error} />}
        {error !== null && (
          <p className={classes.error} role="alert">
            {error}
          </p>
        )}
        <Button type="submit" fullWidth size="md" loading={signup.isPending || pending !== null}>
          {t("signUp.submit")}
        </Button>
      </form>
      <p className={classes.other}>
        {t("signUp.other")} <Link href="/sign-in">{t("signUp.otherLink")}</Link>
      </p>
    </>
  );
}

/**
 * Signing up answers with tokens for programs. The browser uses its own to keep the language and theme it was filled in with, and ends that session
 * again: the cookie's session follows. If this fails, nothing is lost but a preference.
 */
async function keepPreferencesAndClose(token: string, preferences: { locale: "en" | "ko"; theme: "auto" | "light" | "dark" }): Promise<void> {
  const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: "/trpc", headers: { authorization: `Bearer ${token}` } })] });
  await client.identity.updateMe
    .mutate({ preferences })
    .then(() => client.identity.logout.mutate())
    .catch(() => {});
}
