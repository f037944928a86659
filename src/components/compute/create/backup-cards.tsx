import { useTranslations } from "next-intl";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { Backup } from "../types.ts";
import classes from "./backup-cards.module.css";
import { ChoiceCard, ChoiceCards } from "./choice-card.tsx";

/** Cards shown; the others are on the page of all backups. */
const SHOWN = 9;

interface BackupCardsProps {
  /** newest first */
  backups: readonly Backup[];
  value: Backup;
  onChange: (backup: Backup) => void;
}

/** Backups to choose from: the newest, and the chosen one in any case. */
export function BackupCards({ backups, value, onChange }: BackupCardsProps) {
  const t = useTranslations("vm.create.backup");
  const newest = backups.slice(0, SHOWN);
  const shown = newest.some(({ id }) => id === value.id) ? newest : [value, ...newest.slice(0, SHOWN - 1)];
  return (
    <>
      <ChoiceCards legend={t("backup")}>
        {shown.map((backup) => (
          <ChoiceCard key={backup.id} name="backup" value={backup.id} checked={backup.id === value.id} onChange={() => onChange(backup)}>
            <span className={classes.name}>{backup.name}</span>
            <span className={classes.about}>{t("of", { vm: backup.vmName })}</span>
            <span className={classes.about}>
              {t("disk", { gb: backup.storageGb })} · <RelativeTime at={backup.createdAt} />
            </span>
          </ChoiceCard>
        ))}
      </ChoiceCards>
      {backups.length > shown.length && (
        <p className={classes.others}>
          <TextLink href="/backups">{t("others")}</TextLink>
        </p>
      )}
    </>
  );
}
