"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { Viewer } from "#components/api/viewer.ts";

const ViewerContext = createContext<Viewer | null>(null);

/** Tells client components who looks. */
export function ViewerProvider({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

/** Who is signed in, and the organization they act in: `viewer.organization.permissions.includes("vm:create")` decides what a page offers. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error("useViewer works inside the customer and admin layouts");
  return viewer;
}
