import { useFormatter, useTranslations } from "next-intl";
import type { z } from "zod";
import { PlainTable } from "#components/table/plain-table.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { lotOutput } from "#shared/billing/schema.ts";
import { formatCredits, toChartNumber } from "#shared/credits.ts";
import { entryWords } from "./entry-words.ts";
import classes from "./lot-table.module.css";

type Lot = z.infer<typeof lotOutput>;

/** Lots in the order in which they are spent. */
export function LotTable({ lots }: { lots: readonly Lot[] }) {
  const t = useTranslations("credits.lots");
  const format = useFormatter();
  return (
    <PlainTable className={classes.table} label={t("title")}>
      <thead>
        <tr>
          <th scope="col">{t("what")}</th>
          <th scope="col" className={classes.since}>
            {t("since")}
          </th>
          <th scope="col">{t("until")}</th>
          <th scope="col" className={classes.number}>
            {t("left")}
          </th>
        </tr>
      </thead>
      <tbody>
        {lots.map((lot) => (
          <tr key={lot.id}>
            <td>
              <What lot={lot} />
              <span className={classes.below}>{t(`category.${lot.category}`)}</span>
            </td>
            <td className={classes.since}>
              <RelativeTime at={lot.createdAt} />
            </td>
            <td>{lot.expiresAt === null ? <span className={classes.dim}>{t("never")}</span> : <time dateTime={lot.expiresAt}>{format.dateTime(new Date(lot.expiresAt), { dateStyle: "medium", timeStyle: "short" })}</time>}</td>
            <td className={classes.number}>
              {formatCredits(lot.remaining)}
              {lot.remaining !== lot.amount && (
                <span className={classes.below}>
                  <meter className={classes.meter} value={toChartNumber(lot.remaining)} max={toChartNumber(lot.amount)} aria-hidden />
                  {t("of", { amount: formatCredits(lot.amount) })}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** A grant to the organization, or what brought the credits otherwise. */
function What({ lot }: { lot: Lot }) {
  const t = useTranslations("credits.ledger");
  const words = entryWords({ kind: lot.kind, subjectType: "organization", description: lot.description });
  return <span className={classes.what}>{words.key === "welcome" ? t("entries.welcome") : lot.description || t(`kinds.${lot.kind}`)}</span>;
}
