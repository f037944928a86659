"use client";

import { Notifications } from "@mantine/notifications";

/** Where toasts appear. Fetched after the page is there; see use-notify.ts. */
export function Toasts() {
  return <Notifications position="bottom-right" limit={4} autoClose={5000} />;
}
