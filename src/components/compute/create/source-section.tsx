import { SegmentedControl } from "@mantine/core";
import { useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import type { Backup, Image } from "../types.ts";
import { BackupCards } from "./backup-cards.tsx";
import classes from "./create.module.css";
import { ImageCards } from "./image-cards.tsx";

interface SourceSectionProps {
  images: readonly Image[];
  /** those that can be restored */
  backups: readonly Backup[];
  image: string;
  /** null: from the image */
  backup: Backup | null;
  /** somebody came for a backup that is not there */
  missing: boolean;
  onImage: (slug: string) => void;
  onBackup: (backup: Backup) => void;
}

/** What the disk is made from: an image, or, for those who have some, a backup. */
export function SourceSection({ images, backups, image, backup, missing, onImage, onBackup }: SourceSectionProps) {
  const t = useTranslations("vm.create");
  const [newest] = backups;
  const change = (source: string) => {
    if (source === "image") onImage(images.some(({ slug }) => slug === image) ? image : (images[0]?.slug ?? ""));
    else if (newest) onBackup(newest);
  };
  return (
    <Section
      title={t(newest ? "backup.source" : "image")}
      actions={
        newest && (
          <SegmentedControl
            aria-label={t("backup.source")}
            value={backup ? "backup" : "image"}
            onChange={change}
            data={[
              { value: "image", label: t("image") },
              { value: "backup", label: t("backup.backup") },
            ]}
          />
        )
      }
    >
      {missing && <p className={classes.missing}>{t("backup.missing")}</p>}
      {backup ? <BackupCards backups={backups} value={backup} onChange={onBackup} /> : <ImageCards images={images} value={image} onChange={onImage} />}
      {backup && <p className={classes.note}>{t("backup.help")}</p>}
    </Section>
  );
}
