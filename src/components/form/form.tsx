import type { FormEventHandler, ReactNode } from "react";
import { FormError } from "./form-error.tsx";
import classes from "./form.module.css";

interface FormProps {
  /** Mantine's `form.onSubmit(values => mutation.mutate(values))` */
  onSubmit: FormEventHandler<HTMLFormElement>;
  /** the mutation's error */
  error?: unknown;
  /** buttons, the main one (`type="submit" loading={mutation.isPending}`) last */
  actions: ReactNode;
  children: ReactNode;
}

/**
 * Fields under each other, what is wrong, buttons. In the mutation: `onError: (error) => form.setErrors(fieldErrors(error))`.
 * `noValidate`: the browser's own bubbles don't speak our languages.
 */
export function Form({ onSubmit, error, actions, children }: FormProps) {
  return (
    <form className={classes.form} onSubmit={onSubmit} noValidate>
      {children}
      <FormError error={error} />
      <div className={classes.actions}>{actions}</div>
    </form>
  );
}
