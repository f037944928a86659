import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { requireViewer } from "#components/api/viewer.ts";
import { AppearanceForm } from "#components/identity/appearance-form.tsx";
import { OrganizationForm } from "#components/identity/organization-form.tsx";
import { ProfileForm } from "#components/identity/profile-form.tsx";
import { SessionList } from "#components/identity/session-list.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("settings");
  return { title: t("title") };
}

export default async function Page() {
  const [t, { me, organization }] = await Promise.all([getTranslations("settings"), requireViewer(), prefetch(trpc.identity.sessions.queryOptions())]);
  return (
    <Hydrate>
      <PageHeader title={t("title")} />
      <Rows>
        <Section title={t("profile.title")}>
          <ProfileForm me={{ email: me.email, name: me.name, phoneNumber: me.phoneNumber }} />
        </Section>
        <Section title={t("organization.title")} description={organization.name}>
          <OrganizationForm key={organization.timeZone} />
        </Section>
        <Section title={t("appearance.title")} description={t("appearance.description")}>
          <AppearanceForm />
        </Section>
        <Section title={t("sessions.title")} description={t("sessions.description")} flush>
          <SessionList />
        </Section>
      </Rows>
    </Hydrate>
  );
}
