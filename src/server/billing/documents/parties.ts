import type { Config } from "#server/infra/config.ts";
import { DOCUMENT_WORDS, type Language } from "./words.ts";

/** Who a document is from and for. */
export interface Parties {
  issuer: Config["issuer"];
  customer: { id: string; name: string };
}

/** The blocks at a document's head. */
export function partyBlocks({ issuer, customer }: Parties, language: Language, lines: readonly string[]): { title: string; lines: string[] }[] {
  const words = DOCUMENT_WORDS[language];
  return [
    issuerBlock(issuer, language),
    { title: words.customer, lines: [customer.name, words.account(customer.id)] },
    { title: words.document, lines: [...lines] },
  ];
}

/** Who a document is from. */
export function issuerBlock(issuer: Parties["issuer"], language: Language): { title: string; lines: string[] } {
  const words = DOCUMENT_WORDS[language];
  const from = [issuer.name, issuer.address, issuer.taxId === "" ? "" : words.taxId(issuer.taxId), issuer.email];
  return { title: words.issuer, lines: from.filter((line) => line !== "") };
}

/** A day, in UTC, as both languages' bookkeepers file it: 2028-02-29. */
export function day(iso: string): string {
  return iso.slice(0, 10);
}
