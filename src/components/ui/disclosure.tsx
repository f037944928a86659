"use client";

import { Collapse, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import classes from "./disclosure.module.css";

interface DisclosureProps {
  label: string;
  /** what is behind it, for those who do not open it */
  hint: string;
  /** at first */
  open?: boolean;
  /** something in it wants to be seen: it cannot be closed meanwhile */
  force?: boolean;
  children: ReactNode;
}

/** What few people need, closed until somebody asks. */
export function Disclosure({ label, hint, open = false, force = false, children }: DisclosureProps) {
  const [asked, setAsked] = useState(open);
  const opened = asked || force;
  return (
    <div>
      <UnstyledButton className={classes.toggle} aria-expanded={opened} onClick={() => setAsked(!opened)}>
        <IconChevronRight size={16} aria-hidden className={classes.mark} data-opened={opened || undefined} />
        {label}
        <span className={classes.hint}>{hint}</span>
      </UnstyledButton>
      <Collapse expanded={opened}>
        <div className={classes.content}>{children}</div>
      </Collapse>
    </div>
  );
}
