"use client";

/** Signing in and out through next-auth's own endpoints, without its client library (it would be a tenth of the first load). */
export type SignInResult = { ok: true } | { ok: false; error: string };

async function post(path: string, fields: Record<string, string>): Promise<Response> {
  const csrf = await fetch("/api/auth/csrf", { headers: { accept: "application/json" } });
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  return fetch(`/api/auth/${path}`, { method: "POST", body: new URLSearchParams({ ...fields, csrfToken, json: "true", callbackUrl: "/" }) });
}

/** `error` is "CredentialsSignin" for wrong credentials, else a code of the error catalog. Rejects when the network fails. */
export async function signIn(provider: "credentials" | "demo", fields: Record<string, string>): Promise<SignInResult> {
  const response = await post(`callback/${provider}`, fields);
  if (response.ok) return { ok: true };
  const body = (await response.json().catch(() => ({}))) as { url?: string };
  const error = body.url === undefined ? null : new URL(body.url, window.location.origin).searchParams.get("error");
  return { ok: false, error: error ?? "INTERNAL_ERROR" };
}

/** Ends the session on the server too, then loads the sign-in page afresh, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  await post("signout", {});
  window.location.assign("/sign-in");
}
