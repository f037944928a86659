/** What the overview asks for to find what needs somebody; the page prefetches the same. */
export const OFFLINE_MACHINES = { status: "offline", limit: 5 } as const;
export const PAYMENTS_IN_TROUBLE = { attention: true, limit: 5 } as const;
export const FAILED_OPERATIONS = { status: "failed", limit: 5 } as const;
