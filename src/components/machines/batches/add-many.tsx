"use client";

import { Button, Checkbox, Textarea } from "@mantine/core";
import { IconDownload, IconTableImport } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { OrganizationSelect } from "#components/admin/organization-select.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { FileDrop } from "#components/ui/file-drop.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { saveFile } from "#components/ui/save-file.ts";
import { Section } from "#components/ui/section.tsx";
import { BatchList } from "./batch-list.tsx";
import classes from "./batches.module.css";
import { ColumnHelp } from "./column-help.tsx";
import { PreviewTable, Problems } from "./preview-table.tsx";
import { sampleCsv } from "./sample-csv.ts";
import { type CsvText, decodeCsv } from "./read-csv.ts";
import type { BatchPreview } from "./types.ts";

/** Machines by a file: whose they are, the file, what it would make and what is wrong in it, and only then the machines. */
export function AddMany() {
  const t = useTranslations("batches");
  const trpc = useTRPC();
  const { organization } = useViewer();
  const [organizationId, setOrganizationId] = useState(organization.id);
  const [csv, setCsv] = useState("");
  const [fileName, setFileName] = useState("");
  const [unreadable, setUnreadable] = useState<Extract<CsvText, { problem: unknown }>["problem"] | null>(null);
  const preview = useMutation(trpc.machines.admin.batches.preview.mutationOptions());

  const check = (text: string, owner = organizationId): void => {
    setUnreadable(null);
    if (text.trim() !== "") preview.mutate({ organizationId: owner, csv: text });
  };
  const change = (text: string): void => {
    setCsv(text);
    // What was shown is of another file now.
    preview.reset();
  };
  const take = async (file: File): Promise<void> => {
    const content = decodeCsv(new Uint8Array(await file.arrayBuffer()));
    change("text" in content ? content.text : "");
    setFileName(file.name);
    if ("text" in content) check(content.text);
    else setUnreadable(content.problem);
  };
  return (
    <>
      <PageHeader title={t("title")} description={t("lead")} back={{ href: "/admin/machines", label: t("machines") }} />
      <Rows>
        <Section title={t("file.title")} actions={<SampleButton />}>
          <div className={classes.fields}>
            <OrganizationSelect
              label={t("file.organization")}
              description={t("file.organizationHelp")}
              maw={520}
              value={organizationId}
              onChange={(id) => {
                if (id === null) return;
                setOrganizationId(id);
                if (preview.data) check(csv, id);
              }}
            />
            <FileDrop
              icon={<IconTableImport size={24} stroke={1.4} aria-hidden />}
              label={t("file.drop")}
              chooseLabel={t("file.choose")}
              accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
              onFile={(file) => void take(file)}
            />
            <Textarea
              className={classes.text}
              label={t("file.text")}
              description={t("file.textHelp")}
              placeholder={"name,serial,template\nMain hall,SY-0001,snack-6x8"}
              rows={8}
              resize="vertical"
              spellCheck={false}
              value={csv}
              onChange={(event) => change(event.currentTarget.value)}
            />
            <div className={classes.buttons}>
              <Button variant={preview.data ? "default" : "filled"} disabled={csv.trim() === ""} loading={preview.isPending} onClick={() => check(csv)}>
                {t("file.check")}
              </Button>
              {fileName !== "" && <span className={classes.dim}>{fileName}</span>}
            </div>
            <ColumnHelp />
          </div>
        </Section>
        {unreadable && (
          <Notice tone="bad" title={t("preview.unreadable")}>
            {t(`problems.${unreadable}`, { limitKb: 512 })}
          </Notice>
        )}
        {preview.error ? <ErrorState error={preview.error} title={t("preview.failed")} compact /> : null}
        {preview.data && <Preview preview={preview.data} input={{ organizationId, csv, fileName }} />}
        <BatchList />
      </Rows>
    </>
  );
}

function Preview({ preview, input }: { preview: BatchPreview; input: { organizationId: string; csv: string; fileName: string } }) {
  const t = useTranslations("batches.preview");
  const format = useFormatter();
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [onlyGood, setOnlyGood] = useState(false);
  const create = useMutation(
    trpc.machines.admin.batches.create.mutationOptions({
      onSuccess: async (batch) => {
        void queryClient.invalidateQueries(trpc.machines.admin.list.queryFilter());
        await queryClient.invalidateQueries(trpc.machines.admin.batches.list.queryFilter());
        router.push(`/admin/machines/batches/${batch.id}`);
      },
    }),
  );
  const ofFile = preview.problems.filter(({ row }) => row === null);
  if (preview.addedBefore) {
    return (
      <Notice
        tone="neutral"
        title={t("addedBefore")}
        action={
          <ButtonLink href={`/admin/machines/batches/${preview.addedBefore.id}`} variant="default" size="xs">
            {t("openBefore")}
          </ButtonLink>
        }
      >
        {t("addedBeforeText", { count: preview.addedBefore.rows, when: format.dateTime(new Date(preview.addedBefore.createdAt), { dateStyle: "medium", timeStyle: "short" }) })}
      </Notice>
    );
  }
  if (ofFile.length > 0) {
    return (
      <Notice tone="bad" title={t("unreadable")}>
        <Problems problems={ofFile} />
      </Notice>
    );
  }
  const ready = preview.good > 0 && (preview.wrong === 0 || onlyGood);
  return (
    <Section title={t("title")} description={preview.wrong === 0 ? t("allGood", { count: preview.good }) : t("someWrong", { wrong: preview.wrong, count: preview.rows.length })} flush>
      <PreviewTable preview={preview} />
      <div className={classes.act}>
        {preview.wrong > 0 && preview.good > 0 ? <Checkbox label={t("onlyGood", { wrong: preview.wrong })} checked={onlyGood} onChange={(event) => setOnlyGood(event.currentTarget.checked)} /> : <span className={classes.dim}>{t(preview.wrong > 0 ? "mend" : "then")}</span>}
        <Button disabled={!ready} loading={create.isPending || create.isSuccess} onClick={() => create.mutate({ ...input, onlyGood })}>
          {t("create", { count: preview.good })}
        </Button>
      </div>
      {create.error ? <ErrorState error={create.error} title={t("notCreated")} compact /> : null}
    </Section>
  );
}

function SampleButton() {
  const t = useTranslations("batches.sample");
  const trpc = useTRPC();
  const templates = useQuery(trpc.machines.admin.templates.queryOptions());
  const template = templates.data?.data[0]?.slug;
  const download = (): void => {
    const rows = (["first", "second"] as const).map((row) => ({ name: t(`${row}.name`), address: t(`${row}.address`), notes: t(`${row}.notes`) }));
    const bytes = new TextEncoder().encode(sampleCsv(template ?? "", rows));
    saveFile({ fileName: "machines.csv", contentType: "text/csv", base64: btoa(String.fromCodePoint(...bytes)) });
  };
  return (
    <Button size="xs" variant="default" leftSection={<IconDownload size={14} aria-hidden />} disabled={template === undefined} onClick={download}>
      {t("download")}
    </Button>
  );
}
