"use client";

import dynamic from "next/dynamic";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";

const Panel = dynamic(() => import("./operation-panel.tsx").then((module) => module.OperationPanel), { ssr: false });

/** The operation named in the address (`?op=`): null closes the drawer. */
export function useShownOperation() {
  return useQueryState("op", parseAsString.withOptions({ history: "push" }));
}

/** One operation in a drawer: its steps with times, its error, cancel and retry. Live while it is open. */
export function OperationDrawer() {
  const [id] = useShownOperation();
  const [wanted, setWanted] = useState(id !== null);
  if (id !== null && !wanted) setWanted(true);
  return wanted ? <Panel /> : null;
}
