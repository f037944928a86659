"use client";

import { useQuery } from "@tanstack/react-query";
import { IconDisc } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import classes from "./catalog.module.css";
import { ImageForm } from "./image-form.tsx";
import { OfferDrawer } from "./offer-drawer.tsx";
import { OfferList } from "./offer-list.tsx";
import { OfferState } from "./offer-state.tsx";
import type { OfferedImage } from "./types.ts";

/** The systems for sale, and on which hosts they are. */
export function ImagesTab() {
  const t = useTranslations("catalog.image");
  const words = useTranslations("catalog");
  const trpc = useTRPC();
  const query = useQuery(trpc.compute.catalogAdmin.images.list.queryOptions());
  const places = useQuery(trpc.compute.catalogAdmin.places.queryOptions());
  const [opened, setOpened] = useState<OfferedImage | "new" | null>(null);
  const where = (image: OfferedImage) =>
    image.sources.length === 0 ? <span className={classes.dim}>{t("onSimulated")}</span> : image.sources.map(({ hostName, source }) => `${hostName}: ${source}`).join(", ");
  return (
    <>
      <OfferList
        label={t("title")}
        description={t("text")}
        addLabel={t("add")}
        query={query}
        nameTitle={words("form.name")}
        nameOf={(image) => image.name}
        onOpen={setOpened}
        columns={[
          { key: "user", title: t("defaultUser"), from: "sm", render: (image) => image.defaultUser },
          { key: "disk", title: t("minStorage"), align: "right", from: "md", render: (image) => t("gb", { gb: image.minStorageGb }) },
          { key: "where", title: t("where"), from: "md", render: where },
          { key: "vms", title: words("vms"), align: "right", width: 70, from: "sm", render: (image) => image.vmCount },
          { key: "state", title: words("state"), width: 110, render: (image) => <OfferState active={image.active} /> },
        ]}
        empty={
          <EmptyState icon={<IconDisc />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        }
      />
      <OfferDrawer title={opened && (opened === "new" ? t("add") : t("edit", { name: opened.name }))} onClose={() => setOpened(null)}>
        {opened && <ImageForm image={opened === "new" ? null : opened} places={places.data?.data ?? []} onClose={() => setOpened(null)} />}
      </OfferDrawer>
    </>
  );
}
