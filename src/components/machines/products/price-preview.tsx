"use client";

import { Button } from "@mantine/core";
import { IconArrowRight, IconTag } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { PlainTable } from "#components/table/plain-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import type { PricePreview } from "#shared/machines/price-changes.ts";
import classes from "./price-change.module.css";

type Line = PricePreview["machines"][number]["lines"][number];

interface PricePreviewSectionProps {
  /** undefined: there is nothing to show yet */
  preview: PricePreview | undefined;
  /** a newer one is on its way */
  waiting: boolean;
  error: unknown;
  /** the change was refused because prices had changed */
  stale: boolean;
  failed: unknown;
  applying: boolean;
  /** what is shown is what would be changed */
  ready: boolean;
  cancelHref: string;
  onApply: () => void;
}

/** Rows that are listed before one asks for all. */
const ROWS = 12;

/** Every price as it is and as it becomes, what that means for buyers, and the button. */
export function PricePreviewSection({ preview, waiting, error, stale, failed, applying, ready, cancelHref, onApply }: PricePreviewSectionProps) {
  const t = useTranslations("products.prices");
  const title = t("preview");
  if (error) return <Section title={title}><ErrorState error={error} title={t("previewFailed")} compact /></Section>;
  if (!preview) return <Section title={title} flush>{waiting ? <TableSkeleton rows={6} /> : <EmptyState icon={<IconTag />} title={t("previewTitle")} compact>{t("previewEmpty")}</EmptyState>}</Section>;
  const { total, products, machines, moreMachines, openOrders } = preview;
  const prices = products.length + machines.reduce((sum, machine) => sum + machine.lines.length, 0);
  if (prices === 0) return <Section title={title} flush><EmptyState icon={<IconTag />} title={t("previewNothing")} compact>{t("previewNothingText")}</EmptyState></Section>;
  return (
    <Section title={title} description={total.slots === 0 ? t("summaryNowhere") : t("summary", { slots: total.slots, machines: total.machines })} flush>
      <div className={classes.preview} data-waiting={waiting || undefined}>
        <div className={classes.notices}>
          {stale && <Notice tone="warn" title={t("stale")}>{t("staleText")}</Notice>}
          {failed ? <ErrorState error={failed} compact /> : null}
          {total.problems > 0 && <Notice tone="bad" title={t("problems", { count: total.problems })}>{t("problemsText")}</Notice>}
        </div>
        {products.length > 0 && <Lines title={t("productPrices")} lines={products} />}
        {machines.length > 0 && (
          <>
            <h3 className={classes.heading}>{t("machinePrices")}</h3>
            {machines.map((machine) => <Lines key={machine.machineId} title={machine.name} lines={machine.lines} inner />)}
            {moreMachines > 0 && <p className={classes.more}>{t("more", { count: moreMachines })}</p>}
          </>
        )}
        {total.slots > 0 && (
          <ul className={classes.means}>
            <li>{t("buyers")}</li>
            {openOrders > 0 && <li>{t("openOrders", { count: openOrders })}</li>}
            <li>{t("offline")}</li>
          </ul>
        )}
      </div>
      <div className={classes.actions}>
        <ButtonLink href={cancelHref} variant="default">{t("cancel")}</ButtonLink>
        <Button loading={applying} disabled={!ready || total.problems > 0} onClick={onApply}>{t("apply", { count: prices })}</Button>
      </div>
    </Section>
  );
}

function Lines({ title, lines, inner = false }: { title: string; lines: readonly Line[]; inner?: boolean }) {
  const t = useTranslations("products.prices");
  const [all, setAll] = useState(false);
  const Heading = inner ? "h4" : "h3";
  return (
    <>
      <Heading className={inner ? classes.machine : classes.heading}>{title}</Heading>
      <PlainTable label={title} className={classes.lines}>
        <thead className={inner ? classes.said : undefined}>
          <tr>
            <th scope="col">{t("product")}</th>
            <th scope="col" className={classes.slots}>{t("reach")}</th>
            <th scope="col">{t("before")}</th>
            <th scope="col">{t("after")}</th>
          </tr>
        </thead>
        <tbody>
          {(all ? lines : lines.slice(0, ROWS)).map((line) => (
            <tr key={`${line.productId} ${line.before}`}>
              <td>
                <span className={classes.name}>{line.productName}</span> <span className={classes.sku}>{line.sku}</span>
              </td>
              <td className={classes.slots}>{line.slots}</td>
              <td className={classes.before}><Credits micro={line.before} /></td>
              <td>
                <span className={classes.after} data-problem={line.problem ?? undefined}>
                  <IconArrowRight size={14} aria-hidden />
                  <span>
                    <strong><Credits micro={line.after} /></strong>
                    {line.problem && <span className={classes.problem}>{t(line.problem === "too_low" ? "tooLow" : "tooHigh")}</span>}
                  </span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
      {!all && lines.length > ROWS && (
        <Button className={classes.all ?? ""} variant="subtle" size="xs" onClick={() => setAll(true)}>
          {t("showAll", { count: lines.length })}
        </Button>
      )}
    </>
  );
}
