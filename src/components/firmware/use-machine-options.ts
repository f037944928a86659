import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";

/** Machines to choose from, found by the server; `remember` those that are chosen: they keep their names when the search no longer finds them. */
export function useMachineOptions(chosen: readonly string[]) {
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search.trim(), 250);
  const [names, setNames] = useState<Record<string, string>>({});
  const query = useQuery(useTRPC().machines.admin.list.queryOptions({ page: 1, limit: 50, ...(asked ? { search: asked } : {}) }, { placeholderData: keepPreviousData }));
  const found = (query.data?.data ?? []).filter((machine) => machine.status === "online" || machine.status === "offline").map(({ id, name, organizationName }) => ({ value: id, label: `${name} · ${organizationName}` }));
  const known = new Set(found.map(({ value }) => value));
  const kept = chosen.filter((id) => !known.has(id)).map((id) => ({ value: id, label: names[id] ?? id }));
  const remember = (ids: readonly string[]) => setNames((before) => ({ ...before, ...Object.fromEntries(found.filter(({ value }) => ids.includes(value)).map(({ value, label }) => [value, label])) }));
  return { options: [...found, ...kept], search, setSearch, remember };
}
