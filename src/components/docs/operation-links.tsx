import Link from "next/link";
import { groupPath, type OperationGroup } from "./groups.ts";
import { Method } from "./operation.tsx";

/** The operations of a group by name, each leading to where it stands on the group's page. */
export function OperationLinks({ group }: { group: OperationGroup }) {
  return (
    <ul>
      {group.operations.map(({ method, operation }) => (
        <li key={operation.operationId}>
          <Link href={`${groupPath(group)}#${operation.operationId}`} prefetch={false}>
            <Method method={method} />
            <span>{operation.summary}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
