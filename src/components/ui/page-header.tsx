import { IconChevronLeft } from "@tabler/icons-react";
import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./page-header.module.css";

interface PageHeaderProps {
  title: ReactNode;
  /** a quiet line below: what it is, an id to copy, a count */
  description?: ReactNode;
  /** beside the title: usually a StateChip */
  state?: ReactNode;
  /** buttons, the main one last */
  actions?: ReactNode;
  /** the list that this page belongs to */
  back?: { href: string; label: string };
}

/** The head of every page: one h1, its state, its actions. */
export function PageHeader({ title, description, state, actions, back }: PageHeaderProps) {
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        {back && (
          <Link href={back.href} className={classes.back}>
            <IconChevronLeft size={14} aria-hidden />
            {back.label}
          </Link>
        )}
        <div className={classes.line}>
          <h1 className={classes.title}>{title}</h1>
          {state}
        </div>
        {description && <div className={classes.description}>{description}</div>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
