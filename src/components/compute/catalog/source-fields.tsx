import { useTranslations } from "next-intl";
import classes from "./catalog.module.css";
import { NameOnHost } from "./name-on-host.tsx";
import type { Place } from "./types.ts";

interface SourceFieldsProps {
  places: readonly Place[];
  /** host → what the image is called there; "" or none: it is not there */
  value: Record<string, string>;
  onChange: (value: Record<string, string>) => void;
  errorOf: (hostId: string) => string | undefined;
}

/** What an image is called on each host. Simulated hosts have every image and need no name. */
export function SourceFields({ places, value, onChange, errorOf }: SourceFieldsProps) {
  const t = useTranslations("catalog.image");
  const real = places.filter((place) => place.driver !== "simulated");
  return (
    <fieldset className={classes.hosts}>
      <legend>{t("sources")}</legend>
      <p>{real.length === 0 ? t("sourcesNone") : t("sourcesHelp")}</p>
      {real.map((place) => (
        <div key={place.id} className={classes.host}>
          <span>
            {place.name}
            <small>
              {place.region} · {place.driver}
            </small>
          </span>
          <NameOnHost
            label={t("sourceOn", { host: place.name })}
            placeholder={place.driver === "proxmox" ? t("sourceProxmox") : t("sourceVolume")}
            value={value[place.id] ?? ""}
            error={errorOf(place.id)}
            onChange={(name) => onChange({ ...value, [place.id]: name })}
          />
        </div>
      ))}
    </fieldset>
  );
}
