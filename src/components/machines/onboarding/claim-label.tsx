import { useTranslations } from "next-intl";
import { createPortal } from "react-dom";
import type { IssuedClaim } from "../types.ts";
import classes from "./claim.module.css";
import { QrCode } from "./qr-code.tsx";

/** What is printed: the claim code, its typeable form and the machine's name. Never a password. */
export function ClaimLabel({ claim, name }: { claim: IssuedClaim; name: string }) {
  const t = useTranslations("machines.wizard.steps.label");
  if (typeof document === "undefined") return null;
  return createPortal(
    <div className={classes.label} aria-hidden>
      <QrCode svg={claim.claimQrSvg} label="" />
      <p>
        <strong>{name}</strong>
      </p>
      <p>
        <code>{claim.typeable}</code>
      </p>
      <p>{t("printed")}</p>
    </div>,
    document.body,
  );
}
