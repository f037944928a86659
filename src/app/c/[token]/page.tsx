import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { api } from "#components/api/server.ts";
import { pickMessages } from "#components/i18n/load-messages.ts";
import { ClaimPage } from "#components/machines/claim/claim-page.tsx";
import type { ClaimStatus } from "#components/machines/claim/claim-progress.ts";

/** No longer text is a token; the procedure refuses it, this page says that it is unknown. */
const LONGEST = 64;

interface PageProps {
  params: Promise<{ token: string }>;
}

/** The address holds the token: no search engine keeps it, no other site is told of it. */
export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("machines.claimPage");
  return { title: t("title"), robots: { index: false, follow: false, nocache: true }, referrer: "no-referrer" };
}

/** Where a machine's claim QR leads; the code has it in upper case, which makes it smaller. */
export default async function Page({ params }: PageProps) {
  const token = (await params).token.slice(0, LONGEST);
  const [messages, initial] = await Promise.all([getMessages(), firstLook(token)]);
  return (
    <NextIntlClientProvider messages={{ ...pickMessages(messages, ["common"]), machines: { claimPage: messages.machines.claimPage } }}>
      <ClaimPage token={token} initial={initial} />
    </NextIntlClientProvider>
  );
}

/** The state as this answer is made; null when it could not be had: the browser asks again. */
async function firstLook(token: string): Promise<ClaimStatus | null> {
  try {
    return await (await api()).machines.claimStatus({ token });
  } catch {
    return null;
  }
}
