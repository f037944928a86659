"use client";

import { Button, type ButtonProps, Tooltip } from "@mantine/core";

interface ReasonedButtonProps extends ButtonProps {
  /** why it is shut; null: it is not */
  why: string | null;
  onClick: () => void;
  "aria-label"?: string;
}

/** A button that says why it is shut, to the pointer and to screen readers; it can be reached all the same. */
export function ReasonedButton({ why, onClick, ...props }: ReasonedButtonProps) {
  return (
    <Tooltip label={why ?? ""} disabled={why === null} multiline maw={260}>
      <Button {...props} {...(why === null ? {} : { "data-disabled": true, "aria-disabled": true })} onClick={() => why === null && onClick()} />
    </Tooltip>
  );
}
