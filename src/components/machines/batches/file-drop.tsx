"use client";

import { Button } from "@mantine/core";
import { IconTableImport } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { type DragEvent, useRef, useState } from "react";
import classes from "./batches.module.css";
import { type CsvText, decodeCsv } from "./read-csv.ts";

/** Takes a file by button or by dropping it, and says what is in it. */
export function FileDrop({ onFile }: { onFile: (file: { name: string } & CsvText) => void }) {
  const t = useTranslations("batches.file");
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (file) onFile({ name: file.name, ...decodeCsv(new Uint8Array(await file.arrayBuffer())) });
  };
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer.files[0]);
      }}
    >
      <IconTableImport size={24} stroke={1.4} aria-hidden />
      <p>{t("drop")}</p>
      <Button size="xs" variant="default" onClick={() => input.current?.click()}>
        {t("choose")}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
        className={classes.file}
        aria-label={t("choose")}
        tabIndex={-1}
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
