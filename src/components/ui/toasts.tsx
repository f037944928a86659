"use client";

import { Notifications } from "@mantine/notifications";

/** Where toasts appear. See toast-host.tsx. */
export function Toasts() {
  return <Notifications position="bottom-right" limit={4} autoClose={5000} />;
}
