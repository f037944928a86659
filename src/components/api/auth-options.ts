import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import type { InProcess } from "#server/http/in-process.ts";
import type { BrowserSession } from "#server/identity/sign-in.ts";
import type { RequestMeta } from "#server/identity/user-actor.ts";

const MAX_AGE_SECONDS = 30 * 24 * 3600;

function asUser(session: BrowserSession | null) {
  return session && { id: session.userId, sessionId: session.sessionId, email: session.email, name: session.name };
}

/** What next-auth shows as `?error=`: the code of our catalog, and nothing more of what went wrong. */
function withCode<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    const code = typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "INTERNAL_ERROR";
    throw new Error(code);
  });
}

/**
 * next-auth for a browser's session: the cookie holds a sealed token with the user (`sub`) and our session (`sid`), which the server in front opens and
 * looks up at each call; so ending a session works at once. Demo accounts can be had without a password in demo mode alone.
 */
export function authOptions(server: InProcess, meta: RequestMeta): NextAuthOptions {
  const providers = [
    Credentials({
      credentials: { email: { type: "email" }, password: { type: "password" } },
      authorize: async (given) => (given?.email && given.password ? asUser(await withCode(server.signIn({ email: given.email, password: given.password }, meta))) : null),
    }),
    ...(server.mode === "demo"
      ? [
          Credentials({
            id: "demo",
            credentials: { accountId: { type: "text" } },
            authorize: async (given) => (given?.accountId ? asUser(await withCode(server.demoSignIn(given.accountId, meta))) : null),
          }),
        ]
      : []),
  ];
  const secure = server.publicUrl.startsWith("https:");
  return {
    providers,
    secret: server.authSecret,
    session: { strategy: "jwt", maxAge: MAX_AGE_SECONDS },
    useSecureCookies: secure,
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
    callbacks: {
      jwt: ({ token, user }) => (user && "sessionId" in user ? { sub: user.id, sid: user.sessionId } : token),
      session: ({ session }) => session,
      // Only our own pages, whatever the request asked for.
      redirect: ({ url }) => (url.startsWith("/") && !url.startsWith("//") ? `${server.publicUrl}${url}` : server.publicUrl),
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.sid === "string") await server.signOut(token.sid);
      },
    },
    logger: { warn: () => {}, debug: () => {} },
  };
}
