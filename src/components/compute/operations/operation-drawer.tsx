"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { useShownOperation } from "./use-shown-operation.ts";

const Panel = dynamic(() => import("./operation-panel.tsx").then((module) => module.OperationPanel), { ssr: false });

/** One operation in a drawer: its steps with times, its error, cancel and retry. Live while it is open. */
export function OperationDrawer() {
  const [id] = useShownOperation();
  const [wanted, setWanted] = useState(id !== null);
  if (id !== null && !wanted) setWanted(true);
  return wanted ? <Panel /> : null;
}
