import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./text-link.module.css";

/** A link in running text or at the right of a section's title. */
export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={classes.link}>
      {children}
    </Link>
  );
}
