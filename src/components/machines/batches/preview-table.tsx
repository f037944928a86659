"use client";

import { Switch } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { PlainTable } from "#components/table/plain-table.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { ShowAll } from "../show-all.tsx";
import classes from "./batches.module.css";
import type { BatchPreview } from "./types.ts";

/** A thousand rows are not drawn before somebody wants to see them. */
const AT_FIRST = 50;

type Row = BatchPreview["rows"][number];
type Problem = BatchPreview["problems"][number];

/** The file's rows, with what is wrong beside each. */
export function PreviewTable({ preview }: { preview: BatchPreview }) {
  const t = useTranslations("batches.preview");
  const network = useTranslations("machines.wizard.steps.network.kinds");
  const [wrongOnly, setWrongOnly] = useState(preview.wrong > 0 && preview.rows.length > AT_FIRST);
  const [all, setAll] = useState(false);
  const wanted = wrongOnly ? preview.rows.filter(({ good }) => !good) : preview.rows;
  return (
    <>
      {preview.wrong > 0 && preview.good > 0 && (
        <div className={classes.filter}>
          <Switch label={t("wrongOnly")} checked={wrongOnly} onChange={(event) => setWrongOnly(event.currentTarget.checked)} />
        </div>
      )}
      <div className={classes.scroll}>
        <PlainTable label={t("title")} className={classes.rows}>
          <thead>
            <tr>
              <th scope="col">{t("row")}</th>
              <th scope="col">{t("machine")}</th>
              <th scope="col" className={classes.wide}>
                {t("place")}
              </th>
              <th scope="col" className={classes.wide}>
                {t("slots")}
              </th>
              <th scope="col" className={classes.wide}>
                {t("network")}
              </th>
              <th scope="col">{t("result")}</th>
            </tr>
          </thead>
          <tbody>
            {wanted.slice(0, all ? undefined : AT_FIRST).map((row) => (
              <tr key={row.row} data-wrong={row.good ? undefined : true}>
                <td data-tabular>{row.row}</td>
                <td>
                  <span className={classes.machine}>
                    {row.name === "" ? <span className={classes.dim}>{t("nameless")}</span> : row.name}
                    {row.serial && <code>{row.serial}</code>}
                  </span>
                </td>
                <td className={classes.wide}>
                  <Place row={row} />
                </td>
                <td className={classes.wide}>{row.source ?? <span className={classes.dim}>—</span>}</td>
                <td className={classes.wide}>{row.wifiSsid === null ? network(row.networkKind) : `${network(row.networkKind)} · ${row.wifiSsid}`}</td>
                <td>{row.good ? <StateChip status="pass" word={t("good")} /> : <Problems problems={preview.problems.filter((problem) => problem.row === row.row)} />}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      </div>
      <ShowAll count={wanted.length} atFirst={AT_FIRST} all={all} onToggle={() => setAll(!all)} />
    </>
  );
}

function Place({ row }: { row: Row }) {
  if (row.address === "" && row.latitude === null) return <span className={classes.dim}>—</span>;
  return (
    <span className={classes.machine}>
      {row.address}
      {row.latitude !== null && row.longitude !== null && (
        <span className={classes.dim} data-tabular>
          {row.latitude}, {row.longitude}
        </span>
      )}
    </span>
  );
}

/** What is wrong, each with the name of its column. */
export function Problems({ problems }: { problems: readonly Problem[] }) {
  const t = useTranslations("batches.problems");
  return (
    <ul className={classes.problems}>
      {problems.map((problem) => (
        <li key={`${problem.code}/${problem.column}`}>
          {problem.row !== null && problem.column !== null && <code>{problem.column}</code>}
          <span>{t(problem.code, problem.params)}</span>
        </li>
      ))}
    </ul>
  );
}
