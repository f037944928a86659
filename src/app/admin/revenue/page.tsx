import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { customersInput, revenueInputOf } from "#components/admin/revenue/revenue-input.ts";
import { RevenuePage } from "#components/admin/revenue/revenue-page.tsx";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("revenue");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const asked = await searchParams;
  const text = (key: string) => (typeof asked[key] === "string" ? asked[key] : null);
  const input = revenueInputOf({ from: text("from"), to: text("to"), by: text("by") }, Date.now());
  const { from, to } = input;
  await prefetch(
    trpc.revenue.report.queryOptions(input),
    trpc.revenue.products.queryOptions({ from, to }),
    trpc.revenue.customers.queryOptions(customersInput(input, Math.max(1, Number.parseInt(text("page") ?? "1", 10) || 1))),
  );
  return (
    <Hydrate>
      <RevenuePage />
    </Hydrate>
  );
}
