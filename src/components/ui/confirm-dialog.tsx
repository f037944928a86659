"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";

const Body = dynamic(() => import("./confirm-dialog-body.tsx").then((module) => module.ConfirmDialogBody), { ssr: false });

export interface ConfirmDialogProps {
  opened: boolean;
  onClose: () => void;
  /** a question: "Delete web-1?" */
  title: string;
  /** what will happen, and what can't be undone */
  children: ReactNode;
  /** the verb of the button: "Delete VM" */
  confirmLabel: string;
  onConfirm: () => void;
  danger?: boolean;
  /** for what can't be had back: this name has to be typed first */
  typeName?: string;
  pending?: boolean;
  error?: unknown;
}

/** Asks before something that can't be undone. With `typeName` the button stays shut until the name is typed. Its code comes when it is first opened. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const [wanted, setWanted] = useState(props.opened);
  if (props.opened && !wanted) setWanted(true);
  return wanted ? <Body {...props} /> : null;
}
