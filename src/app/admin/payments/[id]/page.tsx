import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, trpc } from "#components/api/server.ts";
import { PaymentPage } from "#components/admin/payments/payment-page.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const [{ id }, t] = await Promise.all([params, getTranslations("payments.detail")]);
  const { receiptNumber } = await fetchOrNotFound(trpc.platform.topUp.queryOptions({ id }));
  return { title: receiptNumber ?? t("title") };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await fetchOrNotFound(trpc.platform.topUp.queryOptions({ id }));
  return (
    <Hydrate>
      <PaymentPage id={id} />
    </Hydrate>
  );
}
