import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { api } from "#components/api/server.ts";
import { AuthPage } from "#components/identity/auth/auth-page.tsx";
import { SignUpForm } from "#components/identity/auth/sign-up-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.signUp");
  return { title: t("title") };
}

export default async function SignUpPage() {
  const [caller, t] = await Promise.all([api(), getTranslations("auth.signUp")]);
  const { welcomeCredits } = await caller.platform.publicInfo();
  return (
    <AuthPage title={t("title")} lead={welcomeCredits > 0 ? t("lead", { credits: String(welcomeCredits) }) : t("leadPlain")}>
      <SignUpForm />
    </AuthPage>
  );
}
