/** Only a page of ours: a link to sign in must not lead elsewhere afterwards. */
export function safeDestination(wanted: string | undefined): string {
  if (wanted === undefined || !wanted.startsWith("/")) return "/";
  const base = "http://switchyard.invalid";
  if (!URL.canParse(wanted, base)) return "/";
  const url = new URL(wanted, base);
  return url.origin === base ? `${url.pathname}${url.search}${url.hash}` : "/";
}
