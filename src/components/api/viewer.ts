import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/root.ts";
import { api, codeOf } from "./server.ts";

type Outputs = inferRouterOutputs<AppRouter>;
export type Me = Outputs["identity"]["me"];
export type Organization = Outputs["identity"]["organizations"]["data"][number];

/** Who looks at the page, and the organization they act in. */
export interface Viewer {
  me: Me;
  organization: Organization;
}

/** Who is signed in; null: nobody. Asked once a request. */
export const getViewer = cache(async (): Promise<Viewer | null> => {
  try {
    const caller = await api();
    const [me, organizations] = await Promise.all([caller.identity.me(), caller.identity.organizations()]);
    const organization = organizations.data.find((candidate) => candidate.id === me.organizationId);
    return organization ? { me, organization } : null;
  } catch (error) {
    if (codeOf(error) === "UNAUTHORIZED") return null;
    throw error;
  }
});

/** Who is signed in; anybody else is sent to sign in and comes back here afterwards. */
export async function requireViewer(): Promise<Viewer> {
  const viewer = await getViewer();
  if (viewer) return viewer;
  const path = (await headers()).get("x-request-path");
  redirect(path && path !== "/" ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in");
}
