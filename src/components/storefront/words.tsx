"use client";

import { createContext, type ReactNode, use } from "react";
import { formatCredits } from "#shared/credits.ts";
import type storefront from "../i18n/messages/en/storefront.json";

/** The storefront's texts in one language, as its server component hands them over. */
export interface Words {
  locale: string;
  texts: typeof storefront;
}

type Key<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Key<T[K]>}` }[keyof T & string];
export type Translate = (key: Key<typeof storefront>, values?: Record<string, string | number>) => string;

const WordsContext = createContext<Words | null>(null);

export function WordsProvider({ words, children }: { words: Words; children: ReactNode }) {
  return <WordsContext value={words}>{children}</WordsContext>;
}

function useWords(): Words {
  const words = use(WordsContext);
  if (!words) throw new Error("the storefront's texts need a WordsProvider above them");
  return words;
}

/**
 * The storefront's own reader of messages: names in braces, nothing else. next-intl's brings a parser of the whole ICU syntax, for which a page that must be there at once has no room.
 * Named like it, so that the test of missing and unused messages sees what is asked for.
 */
export function useTranslations(_area: "storefront"): Translate {
  const { texts } = useWords();
  return (key, values = {}) => {
    let text: unknown = texts;
    for (const part of key.split(".")) text = (text as Record<string, unknown>)[part];
    return String(text).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  };
}

export interface Amounts {
  card(minor: number, currency: string): string;
  credits(micro: bigint | string): string;
  time(iso: string): string;
  language: "en" | "ko";
}

/** Money, credits and times of day as the reader's language writes them. */
export function useAmounts(): Amounts {
  const { locale } = useWords();
  const t = useTranslations("storefront");
  return {
    card(minor, currency) {
      const format = new Intl.NumberFormat(locale, { style: "currency", currency });
      return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
    },
    credits: (micro) => t("credits", { amount: formatCredits(micro) }),
    time: (iso) => new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }).format(new Date(iso)),
    language: locale === "ko" ? "ko" : "en",
  };
}
