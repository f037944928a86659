import { UnstyledButton } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./row-list.module.css";

/** A short list in a section that has no padding of its own, each row of which leads somewhere. */
export function RowList({ children }: { children: ReactNode }) {
  return <ul className={classes.list}>{children}</ul>;
}

interface RowProps {
  /** how its parts stand beside one another */
  className: string | undefined;
  children: ReactNode;
}

export function RowLink({ href, className, children }: RowProps & { href: string }) {
  return (
    <li>
      <Link href={href} className={`${classes.row} ${className}`}>
        {children}
      </Link>
    </li>
  );
}

export function RowButton({ onClick, className, children }: RowProps & { onClick: () => void }) {
  return (
    <li>
      <UnstyledButton onClick={onClick} className={`${classes.row} ${className}`}>
        {children}
      </UnstyledButton>
    </li>
  );
}
