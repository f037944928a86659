import { IconAlertTriangle } from "@tabler/icons-react";
import { errorBodyOf } from "#components/api/errors.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import { FormError } from "#components/form/form-error.tsx";
import classes from "./hosts.module.css";

/** What went wrong with a host, in the host's own words where it had some: they are what an administrator can look up. */
export function HostError({ error, title }: { error: unknown; title: string }) {
  const body = errorBodyOf(error);
  const own = body !== null && body !== undefined && ["HYPERVISOR_ERROR", "INVALID_REQUEST", "INVALID_STATE", "CONFLICT"].includes(body.code) && Object.keys(fieldErrors(error)).length === 0;
  if (!own) return <FormError error={error} title={title} />;
  return (
    <div className={classes.result} data-tone="bad" role="alert">
      <p className={classes.headline}>
        <IconAlertTriangle size={18} aria-hidden />
        {title}
      </p>
      <p className={classes.words}>{body.message}</p>
    </div>
  );
}
