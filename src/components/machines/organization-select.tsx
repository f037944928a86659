"use client";

import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";

interface OrganizationSelectProps {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
  /** what no choice means; without it there is always one */
  allLabel?: string;
  className?: string | undefined;
}

/** For administrators: whose machines are looked at. */
export function OrganizationSelect({ label, value, onChange, allLabel, className }: OrganizationSelectProps) {
  const { organization } = useViewer();
  const customers = useQuery(useTRPC().platform.customers.queryOptions({ limit: 100 }));
  const others = (customers.data?.data ?? []).filter((customer) => customer.organizationId !== organization.id);
  return (
    <Select
      {...(className === undefined ? {} : { className })}
      aria-label={label}
      placeholder={allLabel ?? label}
      searchable
      clearable={allLabel !== undefined}
      allowDeselect={false}
      data={[{ value: organization.id, label: organization.name }, ...others.map((customer) => ({ value: customer.organizationId, label: customer.organizationName }))]}
      value={value}
      onChange={onChange}
    />
  );
}
