"use client";

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { saveFile } from "#components/ui/save-file.ts";
import { useNotify } from "#components/ui/use-notify.ts";

interface File {
  fileName: string;
  contentType: string;
  base64: string;
}

/** Fetches a file and hands it to the browser to save. */
export function DownloadButton({ label, load, disabled = false }: { label: string; load: () => Promise<File>; disabled?: boolean }) {
  const t = useTranslations("statements");
  const notify = useNotify();
  const [loading, setLoading] = useState(false);
  const download = async (): Promise<void> => {
    setLoading(true);
    try {
      saveFile(await load());
    } catch (error) {
      notify.failed(t("downloadFailed"), error);
    } finally {
      setLoading(false);
    }
  };
  return (
    <Button variant="default" loading={loading} disabled={disabled} leftSection={<IconDownload size={16} aria-hidden />} onClick={() => void download()}>
      {label}
    </Button>
  );
}
