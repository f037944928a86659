"use client";

import { useTranslations } from "next-intl";
import { StateChip } from "#components/ui/state-chip.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { Operation } from "../types.ts";
import classes from "./batch-results.module.css";

/** What became of each VM of a batch. */
export function BatchResults({ results }: { results: NonNullable<Operation["results"]> }) {
  const t = useTranslations("vm.operation");
  return (
    <ul className={classes.results} aria-label={t("results")}>
      {results.map((result) => (
        <li key={result.vmId}>
          <TextLink href={`/vms/${result.vmId}`}>{result.vmName}</TextLink>
          <StateChip status={result.status} kind="operation" />
          {result.error && <p>{result.error.message}</p>}
        </li>
      ))}
    </ul>
  );
}
