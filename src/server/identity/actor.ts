/** Who acts. Transports build one and hand it to services; nothing else decides who the caller is. */
export interface UserActor {
  kind: "user";
  userId: string;
  name: string;
  email: string;
  sessionId: string;
  platformRole: string | null;
  memberships: readonly { organizationId: string; role: string; personal: boolean }[];
  /** for the audit log */
  ip: string;
  requestId: string;
}

/** A user in one organization: every query for a customer is scoped by `organizationId`. */
export interface MemberActor extends UserActor {
  organizationId: string;
  role: string;
}

/** Jobs, sagas and the bridge. */
export interface SystemActor {
  kind: "system";
  /** the part of the program */
  name: string;
  requestId: string;
}

/** A machine that speaks for itself: its claim and its messages. */
export interface DeviceActor {
  kind: "device";
  machineId: string;
  name: string;
  ip: string;
  requestId: string;
}

export type Actor = UserActor | MemberActor | SystemActor | DeviceActor;

/** Which rows a query may see: one organization's, or, after a check of a platform permission, all. */
export type Scope = { organizationId: string } | "platform";
