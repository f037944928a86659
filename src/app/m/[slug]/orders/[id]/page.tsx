import type { Metadata } from "next";
import { getLocale, getMessages, getTranslations } from "next-intl/server";
import { OrderPage } from "#components/storefront/order-page.tsx";

interface PageProps {
  params: Promise<{ slug: string; id: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("storefront");
  return { title: { absolute: t("orderTitle") }, robots: { index: false, follow: false, nocache: true }, referrer: "no-referrer" };
}

/** A buyer's order. Who has no secret sees nothing: the server gives this page no more than its words. */
export default async function Page({ params }: PageProps) {
  const [{ slug, id }, locale, messages] = await Promise.all([params, getLocale(), getMessages()]);
  return <OrderPage slug={slug} orderId={id} words={{ locale, texts: messages.storefront }} />;
}
