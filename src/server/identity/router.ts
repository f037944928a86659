import { z } from "zod";
import { loginInput, loginOutput, organizationOutput, profile, sessionIdInput, sessionOutput, signupInput, tokens, updateMeInput, updateOrganizationInput } from "#shared/identity/schema.ts";
import { answer, asMember, publicProcedure, router, signedIn } from "#server/trpc/init.ts";
import { listOrganizations, updateOrganization } from "./organizations.ts";
import { getProfile, updateProfile } from "./profile.ts";
import { endSession, listSessions, logout, refresh } from "./sessions.ts";
import { login, signup } from "./sign-in.ts";

export const identityRouter = router({
  signup: publicProcedure
    .meta({ route: { method: "POST", path: "/auth/signup", successStatus: 201, tags: ["Authentication"], summary: "Create an account" } })
    .input(signupInput)
    .output(answer(loginOutput))
    .mutation(({ ctx, input }) => signup(ctx.rt, ctx, input)),
  login: publicProcedure
    .meta({ route: { method: "POST", path: "/auth/login", tags: ["Authentication"], summary: "Log in" } })
    .input(loginInput)
    .output(answer(loginOutput))
    .mutation(({ ctx, input }) => login(ctx.rt, ctx, input)),
  refresh: publicProcedure
    .meta({ route: { method: "POST", path: "/auth/refresh", tags: ["Authentication"], summary: "Exchange a refresh token (as the bearer token) for new tokens" } })
    .output(answer(tokens))
    .mutation(({ ctx }) => refresh(ctx.rt, ctx, ctx.bearer)),
  logout: signedIn
    .meta({ route: { method: "POST", path: "/auth/logout", successStatus: 204, tags: ["Authentication"], summary: "End this session" } })
    .output(answer(z.void()))
    .mutation(({ ctx }) => logout(ctx.rt, ctx.actor)),
  me: signedIn
    .meta({ route: { method: "GET", path: "/me", tags: ["Account"], summary: "Your profile" } })
    .output(answer(profile))
    .query(({ ctx }) => getProfile(ctx.rt, ctx.actor, ctx.organizationId)),
  updateMe: signedIn
    .meta({ route: { method: "PATCH", path: "/me", tags: ["Account"], summary: "Change your profile and preferences" } })
    .input(updateMeInput)
    .output(answer(profile))
    .mutation(({ ctx, input }) => updateProfile(ctx.rt, ctx.actor, ctx.organizationId, input)),
  sessions: signedIn
    .meta({ route: { method: "GET", path: "/me/sessions", tags: ["Account"], summary: "Where you are signed in" } })
    .output(answer(z.object({ data: z.array(sessionOutput) })))
    .query(({ ctx }) => listSessions(ctx.rt, ctx.actor)),
  endSession: signedIn
    .meta({ route: { method: "DELETE", path: "/me/sessions/{id}", successStatus: 204, tags: ["Account"], summary: "End one of your sessions" } })
    .input(sessionIdInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => endSession(ctx.rt, ctx.actor, input.id)),
  organizations: signedIn
    .meta({ route: { method: "GET", path: "/organizations", tags: ["Account"], summary: "Organizations you are a member of" } })
    .output(answer(z.object({ data: z.array(organizationOutput) })))
    .query(({ ctx }) => listOrganizations(ctx.rt, ctx.actor)),
  // The organization is the one that is named, whichever the caller is in.
  updateOrganization: signedIn
    .meta({ route: { method: "PATCH", path: "/organizations/{id}", tags: ["Account"], summary: "Change an organization's settings" } })
    .input(updateOrganizationInput)
    .output(answer(organizationOutput))
    .mutation(({ ctx, input }) => updateOrganization(ctx.rt, asMember(ctx.actor, input.id, "organization:update"), input)),
});
