import type { Permission, PlatformPermission } from "#shared/permissions.ts";
import type { Offer } from "#server/testing/offer.ts";
import type { Tenant } from "#server/testing/tenant.ts";

/** What a procedure is asked with, made of the victim's ids and of those of a catalog. */
export type Input = (victim: Tenant, offer: Offer) => unknown;
/** Who may call a procedure; walked by authorization-matrix.test.ts. */
export type Rule =
  /** anybody; nothing in it belongs to anybody */
  | { who: "anybody"; input: Input }
  /** anybody; proves itself otherwise, by a password or a token: refused without, with this status */
  | { who: "proven"; input: Input; refusal: number }
  /** whoever is signed in, about themselves; `refusal`: what a stranger gets for the victim's id */
  | { who: "self"; input: Input; refusal?: number }
  /** a member with the permission; `names`: the input names a thing of the victim's, which a stranger must not find */
  | { who: "member"; permission: Permission; input: Input; names: boolean }
  | { who: "platform"; permission: PlatformPermission; input: Input };
/** By the procedures' paths. */
export type Rules = Record<string, Rule>;

const nothing: Input = () => undefined;
export const anybody = (input = nothing): Rule => ({ who: "anybody", input });
export const proven = (refusal: number, input = nothing): Rule => ({ who: "proven", input, refusal });
export const self = (input = nothing, refusal?: number): Rule => ({ who: "self", input, ...(refusal === undefined ? {} : { refusal }) });
/** on a list, or to create: the organization is the caller's own, whatever is in the input */
export const own = (permission: Permission, input = nothing): Rule => ({ who: "member", permission, input, names: false });
/** on a thing that the input names */
export const thing = (permission: Permission, input: Input): Rule => ({ who: "member", permission, input, names: true });
export const platform = (permission: PlatformPermission, input = nothing): Rule => ({ who: "platform", permission, input });

export const page: Input = () => ({});
export const organization: Input = (victim) => ({ organizationId: victim.organizationId });
export const topUp: Input = (victim) => ({ id: victim.topUpId });
