import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { api } from "#components/api/server.ts";
import { AuthPage } from "#components/identity/auth/auth-page.tsx";
import { safeDestination } from "#components/identity/auth/destination.ts";
import { SignInForm } from "#components/identity/auth/sign-in-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.signIn");
  return { title: t("title") };
}

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const [{ next }, caller, t] = await Promise.all([searchParams, api(), getTranslations("auth.signIn")]);
  const info = await caller.platform.publicInfo();
  return (
    <AuthPage title={t("title")} lead={t("lead")}>
      <SignInForm destination={safeDestination(typeof next === "string" ? next : undefined)} demoAccounts={info.demoAccounts} />
    </AuthPage>
  );
}
