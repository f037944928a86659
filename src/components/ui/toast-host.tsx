"use client";

import type { NotificationData } from "@mantine/notifications";
import { lazy, Suspense, useSyncExternalStore } from "react";

const Toasts = lazy(() => import("./toasts.tsx").then((module) => ({ default: module.Toasts })));

let wanted = false;
const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Where toasts will appear. The library comes with the first one, which it keeps until the place is there. */
export function ToastHost() {
  const shown = useSyncExternalStore(watch, () => wanted, () => false);
  return shown ? (
    <Suspense>
      <Toasts />
    </Suspense>
  ) : null;
}

/** Shows a toast; pages use `useNotify`. */
export async function showToast(toast: NotificationData): Promise<void> {
  wanted = true;
  for (const watcher of watchers) watcher();
  const { notifications } = await import("@mantine/notifications");
  notifications.show({ withBorder: true, ...toast });
}
