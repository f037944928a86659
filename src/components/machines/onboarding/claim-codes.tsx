"use client";

import { Button } from "@mantine/core";
import { IconDownload, IconPrinter } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { CopyText } from "#components/ui/copy-text.tsx";
import type { IssuedClaim, MachineDetail } from "../types.ts";
import classes from "./claim.module.css";
import { ClaimLabel } from "./claim-label.tsx";
import { QrCode } from "./qr-code.tsx";

/** Everything an installer may need, from one claim: codes to scan, the token to type, files to flash, a label to print. */
export function ClaimCodes({ claim, machine }: { claim: IssuedClaim; machine: MachineDetail }) {
  const t = useTranslations("machines.wizard.steps.label");
  const format = useFormatter();
  return (
    <div className={classes.codes}>
      <div>
        <QrCode svg={claim.claimQrSvg} label={t("claimQr", { name: machine.name })} className={classes.qr} />
        <Button mt="sm" fullWidth variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>
          {t("print")}
        </Button>
        <ClaimLabel claim={claim} name={machine.name} />
      </div>
      <div className={classes.aside}>
        <section>
          <h3>{t("token")}</h3>
          <p>{t("tokenHelp", { until: format.dateTime(new Date(claim.expiresAt), { dateStyle: "medium", timeStyle: "short" }) })}</p>
          <CopyText value={claim.token} label={t("token")}>
            {claim.typeable}
          </CopyText>
        </section>
        <section>
          <h3>{t("espressif")}</h3>
          <p>{t("espressifHelp")}</p>
          <QrCode svg={claim.espressifQrSvg} label={t("espressif")} className={`${classes.qr} ${classes.small}`} />
        </section>
        <section>
          <h3>{t("files")}</h3>
          <p>{t("filesHelp")}</p>
          <ul className={classes.files}>
            {claim.files.map((file) => (
              <li key={file.name}>
                <Button size="xs" variant="default" leftSection={<IconDownload size={14} aria-hidden />} onClick={() => download(file)}>
                  {file.name}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}

function download(file: { name: string; mediaType: string; content: string }): void {
  const url = URL.createObjectURL(new Blob([file.content], { type: file.mediaType }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  URL.revokeObjectURL(url);
}
