import Link from "next/link";
import { useTranslations } from "next-intl";
import { ERRORS, type ErrorCode } from "#shared/errors.ts";
import type { OpenApiOperation } from "#server/http/openapi/document.ts";
import type { JsonSchema } from "#server/http/openapi/json-schema.ts";
import { CodeBlock } from "./code-block.tsx";
import { curlOf } from "./curl.ts";
import classes from "./docs.module.css";
import { FieldTable } from "./field-table.tsx";
import { type FieldRow, fieldRows, typeName } from "./fields.ts";
import type { DocumentedOperation } from "./groups.ts";

interface OperationProps extends DocumentedOperation {
  base: string;
  schemas: Readonly<Record<string, JsonSchema>>;
}

/** One operation: what it takes and gives at the left, how it looks on the wire at the right. */
export function Operation({ method, path, operation, base, schemas }: OperationProps) {
  const t = useTranslations("docs");
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith("2"));
  const [status = "200", response] = success ?? [];
  // The document is ours: an answer with a body has a schema and an example.
  const content = response?.content?.["application/json"] as { schema: JsonSchema; example: unknown } | undefined;
  const body = operation.requestBody?.content["application/json"];
  const parameters: FieldRow[] = operation.parameters.map((parameter) => ({ path: parameter.name, depth: 0, type: typeName(parameter.schema, schemas), required: parameter.required, description: parameter.description, schema: parameter.schema }));
  const places = Object.fromEntries(operation.parameters.map((parameter) => [parameter.name, t(`in.${parameter.in}`)]));
  return (
    <article id={operation.operationId} className={classes.operation} aria-labelledby={`${operation.operationId}-title`}>
      <div className={classes.words}>
        <h2 id={`${operation.operationId}-title`} className={classes.operationTitle}>
          <a href={`#${operation.operationId}`}>{operation.summary}</a>
        </h2>
        <p className={classes.address}>
          <Method method={method} />
          <code>{path}</code>
          {operation.security.length === 0 && <span className={classes.public}>{t("public")}</span>}
        </p>
        <FieldTable caption={t("parameters")} rows={parameters} places={places} />
        {body && <FieldTable caption={t("body")} rows={fieldRows(body.schema, schemas)} />}
        {content ? <FieldTable caption={`${t("answer")} · ${typeName(content.schema, schemas)}`} rows={fieldRows(content.schema, schemas)} answer /> : <p className={classes.quiet}>{t("noBody")}</p>}
        <p className={classes.errors}>
          <span>{t("possibleErrors")}</span>
          {errorCodes(operation).map((code) => (
            <Link key={code} href={`/docs/api#error-${code}`} prefetch={false}>
              {ERRORS[code].status} {code}
            </Link>
          ))}
        </p>
      </div>
      <div className={classes.wire}>
        <CodeBlock title={t("example")} code={curlOf(base, method, path, operation)} />
        {content && <CodeBlock title={t("answerExample", { status })} code={JSON.stringify(content.example, null, 2)} />}
      </div>
    </article>
  );
}

export function Method({ method }: { method: string }) {
  return (
    <span className={classes.method} data-method={method}>
      {method}
    </span>
  );
}

function errorCodes(operation: OpenApiOperation): ErrorCode[] {
  return Object.entries(operation.responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([, response]) => Object.keys((response.content?.["application/json"] as { examples?: object } | undefined)?.examples ?? {}))
    .filter((code): code is ErrorCode => Object.hasOwn(ERRORS, code));
}
