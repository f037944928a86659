import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getMessages, getTranslations } from "next-intl/server";
import { cache } from "react";
import { api, codeOf } from "#components/api/server.ts";
import { ShopPage } from "#components/storefront/shop-page.tsx";
import type { Storefront } from "#components/storefront/types.ts";

interface PageProps {
  params: Promise<{ slug: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const [t, { name }] = await Promise.all([getTranslations("storefront"), look((await params).slug)]);
  return { title: { absolute: t("title", { name }) } };
}

/** Where the code on a machine's front leads. */
export default async function Page({ params }: PageProps) {
  const [initial, locale, messages] = await Promise.all([look((await params).slug), getLocale(), getMessages()]);
  return <ShopPage initial={initial} words={{ locale, texts: messages.storefront }} />;
}

const look = cache(async (slug: string): Promise<Storefront> => {
  try {
    return await (await api()).storefront.get({ slug });
  } catch (error) {
    const code = codeOf(error);
    if (code === "NOT_FOUND" || code === "INVALID_REQUEST") notFound();
    throw error;
  }
});
