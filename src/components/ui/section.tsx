import type { ReactNode } from "react";
import classes from "./section.module.css";

interface SectionProps {
  title?: ReactNode;
  description?: ReactNode;
  /** at the right of the title: links, a range switch, a button */
  actions?: ReactNode;
  /** no padding around the content: for tables and charts that reach the edge */
  flush?: boolean;
  /** the danger zone: a red hairline */
  danger?: boolean;
  id?: string;
  children: ReactNode;
}

/** A card with a hairline; content below a quiet title. */
export function Section({ title, description, actions, flush = false, danger = false, id, children }: SectionProps) {
  return (
    <section id={id} className={classes.section} data-danger={danger || undefined}>
      {(title || actions) && (
        <header className={classes.head}>
          <div className={classes.words}>
            {title && <h2 className={classes.title}>{title}</h2>}
            {description && <p className={classes.description}>{description}</p>}
          </div>
          {actions && <div className={classes.actions}>{actions}</div>}
        </header>
      )}
      <div className={classes.body} data-flush={flush || undefined}>
        {children}
      </div>
    </section>
  );
}
