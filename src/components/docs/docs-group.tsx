import type { OpenApiDocument } from "#server/http/openapi/document.ts";
import classes from "./docs.module.css";
import { DocsFrame } from "./docs-frame.tsx";
import type { OperationGroup } from "./groups.ts";
import { Operation } from "./operation.tsx";

interface DocsGroupProps {
  document: OpenApiDocument;
  groups: readonly OperationGroup[];
  group: OperationGroup;
}

/** One group's operations in full. All groups on one page were 39,000 elements, three seconds until a browser showed them. */
export function DocsGroup({ document, groups, group }: DocsGroupProps) {
  const base = document.servers[0]?.url ?? "/v1";
  return (
    <DocsFrame groups={groups} current={group}>
      <h1 className={classes.title}>{group.name}</h1>
      <p className={classes.base}>
        <code>{base}</code>
      </p>
      <div className={classes.operations}>
        {group.operations.map((entry) => (
          <Operation key={entry.operation.operationId} {...entry} base={base} schemas={document.components.schemas} />
        ))}
      </div>
    </DocsFrame>
  );
}
