import type { ReactNode } from "react";
import classes from "./empty-state.module.css";

interface EmptyStateProps {
  /** a Tabler icon, e.g. `<IconServer2 />`; drawn at 28 px */
  icon?: ReactNode;
  /** what this place is for, as a sentence fragment: "No VMs yet" */
  title: string;
  /** what one does here, in a sentence or two */
  children?: ReactNode;
  /** the next step: a Button or ButtonLink */
  action?: ReactNode;
  /** inside a card or a table, where there is less room */
  compact?: boolean;
}

/** What stands where a list is empty: it teaches what the place is for and offers the next step. */
export function EmptyState({ icon, title, children, action, compact = false }: EmptyStateProps) {
  return (
    <div className={classes.empty} data-compact={compact || undefined}>
      {icon && (
        <div className={classes.icon} aria-hidden>
          {icon}
        </div>
      )}
      <p className={classes.title}>{title}</p>
      {children && <div className={classes.text}>{children}</div>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
