"use client";

import { useTranslations } from "next-intl";
import { BATCH_COLUMNS } from "#shared/machines/batches.ts";
import { PlainTable } from "#components/table/plain-table.tsx";
import { Disclosure } from "#components/ui/disclosure.tsx";
import classes from "./batches.module.css";

/** What may stand in the file. */
export function ColumnHelp() {
  const t = useTranslations("batches.columns");
  return (
    <Disclosure label={t("title")} hint={t("hint")}>
      <PlainTable label={t("title")} className={classes.help}>
        <tbody>
          {BATCH_COLUMNS.map((column) => (
            <tr key={column}>
              <th scope="row">
                <code>{column}</code>
              </th>
              <td>{t(`of.${column}`)}</td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Disclosure>
  );
}
