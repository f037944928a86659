import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { fetchOrNotFound, trpc } from "#components/api/server.ts";
import { Receipt } from "#components/billing/top-up/receipt.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const [t, { id }] = await Promise.all([getTranslations("topups.receipt"), params]);
  const { number } = await fetchOrNotFound(trpc.payments.receipt.queryOptions({ id }));
  return { title: t("title", { number }) };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  return <Receipt receipt={await fetchOrNotFound(trpc.payments.receipt.queryOptions({ id }))} />;
}
