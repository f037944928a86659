import { Checkbox } from "@mantine/core";
import { useTranslations } from "next-intl";
import classes from "./catalog.module.css";
import { NameOnHost } from "./name-on-host.tsx";
import type { Place } from "./types.ts";

/** Host → the storage there; "" is the host's default. A host that is not in it does not take the plan. */
export type PlanPlaces = Record<string, string>;

interface HostChecksProps {
  places: readonly Place[];
  value: PlanPlaces;
  onChange: (value: PlanPlaces) => void;
  /** of the server, by index in the order of `value` */
  errorOf: (hostId: string) => string | undefined;
}

/** Where a plan's VMs may stand, and on which storage. */
export function HostChecks({ places, value, onChange, errorOf }: HostChecksProps) {
  const t = useTranslations("catalog.plan");
  const without = (id: string) => Object.fromEntries(Object.entries(value).filter(([hostId]) => hostId !== id));
  return (
    <fieldset className={classes.hosts}>
      <legend>{t("hosts")}</legend>
      <p>{Object.keys(value).length === 0 ? t("hostsAll") : t("hostsSome")}</p>
      {places.map((place) => {
        const storage = value[place.id];
        return (
          <div key={place.id} className={classes.host}>
            <Checkbox
              label={place.name}
              description={`${place.region} · ${place.driver}`}
              checked={storage !== undefined}
              onChange={(event) => onChange(event.currentTarget.checked ? { ...value, [place.id]: "" } : without(place.id))}
            />
            {storage !== undefined && (
              <NameOnHost label={t("storageOn", { host: place.name })} placeholder={t("storageDefault")} value={storage} error={errorOf(place.id)} onChange={(name) => onChange({ ...value, [place.id]: name })} />
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
