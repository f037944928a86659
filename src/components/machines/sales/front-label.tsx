import { useTranslations } from "next-intl";
import { createPortal } from "react-dom";
import { QrCode } from "../onboarding/qr-code.tsx";
import classes from "./sales.module.css";

/** What is printed for the machine's front: the code, what it is for, and its address for who cannot scan. */
export function FrontLabel({ qrSvg, name, url }: { qrSvg: string; name: string; url: string }) {
  const t = useTranslations("machines.sales");
  if (typeof document === "undefined") return null;
  return createPortal(
    <div className={classes.label} aria-hidden>
      <p className={classes.call}>{t("scan")}</p>
      <QrCode svg={qrSvg} label="" />
      <p>
        <strong>{name}</strong>
      </p>
      <p>{url.replace(/^https?:\/\//, "")}</p>
    </div>,
    document.body,
  );
}
