"use client";

import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./selection-bar.module.css";

interface SelectionBarProps {
  label: string;
  /** "3 VMs chosen" */
  chosen: string;
  clearLabel: string;
  onClear: () => void;
  /** what can be done to them */
  children: ReactNode;
  /** what is not done to them, but with them: at the end, before what lets them go */
  aside?: ReactNode;
}

/** Above a list while rows of it are chosen. */
export function SelectionBar({ label, chosen, clearLabel, onClear, children, aside }: SelectionBarProps) {
  return (
    <div className={classes.bar} role="toolbar" aria-label={label}>
      <span className={classes.count} aria-live="polite">
        {chosen}
      </span>
      {children}
      <span className={classes.rest}>
        {aside}
        <Button size="xs" variant="subtle" color="gray" onClick={onClear}>
          {clearLabel}
        </Button>
      </span>
    </div>
  );
}
