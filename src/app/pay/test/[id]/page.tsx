import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { api, codeOf } from "#components/api/server.ts";
import { TestCheckout, type TestCheckoutState } from "#components/billing/test-checkout/test-checkout.tsx";
import { pickMessages } from "#components/i18n/load-messages.ts";

/** No longer text is the id of a checkout. */
const LONGEST = 64;

interface PageProps {
  params: Promise<{ id: string }>;
}

/** The address is all that it takes to pay: no search engine keeps it, no other site is told of it. */
export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("topups.checkout");
  return { title: t("title"), robots: { index: false, follow: false, nocache: true }, referrer: "no-referrer" };
}

/** The test provider's checkout page: it stands for a payment company's, so nothing of ours is around it. */
export default async function Page({ params }: PageProps) {
  const id = (await params).id.slice(0, LONGEST);
  const [messages, checkout] = await Promise.all([getMessages(), look(id)]);
  return (
    <NextIntlClientProvider messages={{ ...pickMessages(messages, ["common", "errors"]), topups: { checkout: messages.topups.checkout } }}>
      <TestCheckout id={id} checkout={checkout} />
    </NextIntlClientProvider>
  );
}

async function look(id: string): Promise<TestCheckoutState | null> {
  try {
    return await (await api()).payments.testCheckout.get({ id });
  } catch (error) {
    if (codeOf(error) === "NOT_FOUND") return null;
    throw error;
  }
}
