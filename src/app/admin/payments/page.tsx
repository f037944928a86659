import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { paymentsInputOf } from "#components/admin/payments/payment-input.ts";
import { PaymentList } from "#components/admin/payments/payment-list.tsx";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("payments");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  await prefetch(trpc.platform.topUps.queryOptions(paymentsInputOf(await searchParams)));
  return (
    <Hydrate>
      <PaymentList />
    </Hydrate>
  );
}
