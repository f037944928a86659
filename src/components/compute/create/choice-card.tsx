import type { ReactNode } from "react";
import classes from "./choice-card.module.css";

interface ChoiceCardProps {
  /** the group that it belongs to */
  name: string;
  value: string;
  checked: boolean;
  onChange: (value: string) => void;
  /** why it can't be chosen; shown on the card */
  unavailable?: string | undefined;
  children: ReactNode;
}

/** A radio button that is a card: arrows move between the cards of a group. Put several into `<ChoiceCards>`. */
export function ChoiceCard({ name, value, checked, onChange, unavailable, children }: ChoiceCardProps) {
  return (
    <label className={classes.card} data-checked={checked || undefined} data-unavailable={unavailable !== undefined || undefined}>
      <input type="radio" className={classes.input} name={name} value={value} checked={checked} disabled={unavailable !== undefined} onChange={() => onChange(value)} />
      {children}
      {unavailable !== undefined && <span className={classes.unavailable}>{unavailable}</span>}
    </label>
  );
}

/** The cards of one question. */
export function ChoiceCards({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className={classes.cards}>
      <legend className={classes.legend}>{legend}</legend>
      {children}
    </fieldset>
  );
}
