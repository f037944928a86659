import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Charges } from "#components/billing/charges/charges.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("statements.charges");
  return { title: t("title") };
}

export default async function Page() {
  const t = await getTranslations("statements");
  return (
    <>
      <PageHeader title={t("charges.title")} description={t("charges.description")} back={{ href: "/billing", label: t("toBilling") }} />
      <Charges />
    </>
  );
}
