import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PriceChange } from "#components/machines/products/price-change.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("products.prices");
  return { title: t("title") };
}

export default function Page() {
  return <PriceChange side="admin" />;
}
