"use client";

import { useQuery } from "@tanstack/react-query";
import { IconDisc } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import classes from "./catalog.module.css";
import { ImageForm } from "./image-form.tsx";
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
  const where = (image: OfferedImage) =>
    image.sources.length === 0 ? <span className={classes.dim}>{t("onSimulated")}</span> : image.sources.map(({ hostName, source }) => `${hostName}: ${source}`).join(", ");
  return (
    <OfferList
      label={t("title")}
      description={t("text")}
      addLabel={t("add")}
      query={query}
      nameOf={(image) => image.name}
      columns={[
        { key: "user", title: t("defaultUser"), from: "sm", render: (image) => image.defaultUser },
        { key: "disk", title: t("minStorage"), align: "right", from: "md", render: (image) => t("gb", { gb: image.minStorageGb }) },
        { key: "where", title: t("where"), from: "md", render: where },
        { key: "vms", title: words("vms"), align: "right", width: 70, from: "sm", render: (image) => image.vmCount },
        { key: "state", title: words("state"), width: 110, render: (image) => <OfferState active={image.active} /> },
      ]}
      empty={{ icon: <IconDisc />, title: t("empty"), text: t("emptyText") }}
      editLabel={(image) => t("edit", { name: image.name })}
      renderForm={(image, close) => <ImageForm image={image} places={places.data?.data ?? []} onClose={close} />}
    />
  );
}
