import { useLocalStorage, useMounted } from "@mantine/hooks";
import { useViewer } from "#components/layout/viewer-context.tsx";

/** Up to which one this browser has shown the organization's statements: when that was issued. undefined until it is known; the server does not. */
export function useSeenStatements(): [seen: string | undefined, see: (issuedAt: string) => void] {
  const { organization } = useViewer();
  const known = useMounted();
  const [seen, setSeen] = useLocalStorage({ key: `statements-seen-${organization.id}`, defaultValue: "" });
  return [known ? seen : undefined, (issuedAt) => setSeen((before) => (issuedAt > before ? issuedAt : before))];
}
