import Link from "next/link";
import { useTranslations } from "next-intl";
import { ERRORS } from "#shared/errors.ts";
import type { OpenApiDocument } from "#server/http/openapi/document.ts";
import { CodeBlock } from "./code-block.tsx";
import classes from "./docs.module.css";
import { DocsFrame } from "./docs-frame.tsx";
import { groupPath, operationGroups } from "./groups.ts";
import { OperationLinks } from "./operation-links.tsx";

const BASICS = ["auth", "organization", "money", "pages", "idempotency", "limits", "live"] as const;

const ERROR_EXAMPLE = {
  error: {
    code: "INVALID_REQUEST",
    message: "name must have 1 to 63 letters, digits and hyphens, with no hyphen at either end",
    category: "validation",
    request_id: "req_01kaxs3w7vf5q8kq2r9b4t6m1n",
    details: [{ field: "name", message: "must have 1 to 63 letters, digits and hyphens, with no hyphen at either end" }],
  },
};

/** The first page of the API reference: what holds for every call, all operations by name, and the errors. */
export function DocsStart({ document }: { document: OpenApiDocument }) {
  const t = useTranslations("docs");
  const groups = operationGroups(document);
  return (
    <DocsFrame groups={groups} current={null}>
      <h1 className={classes.title}>{t("title")}</h1>
      <p className={classes.lead}>{t("lead")}</p>
      <p className={classes.quiet}>{t("version", { version: document.info.version })}</p>
      <section id="basics" className={classes.basics} aria-label={t("basics")}>
        <div className={classes.basic}>
          <h2>{t("base.title")}</h2>
          <p>{t("base.text")}</p>
          <code className={classes.base}>{document.servers[0]?.url}</code>
        </div>
        {BASICS.map((name) => (
          <div key={name} className={classes.basic}>
            <h2>{t(`${name}.title`)}</h2>
            <p>{t(`${name}.text`)}</p>
          </div>
        ))}
      </section>
      <section id="operations" aria-labelledby="operations-title">
        <h2 id="operations-title" className={classes.tag}>
          {t("operations")}
        </h2>
        <div className={classes.index}>
          {groups.map((group) => (
            <div key={group.slug} className={classes.indexGroup}>
              <h3>
                <Link href={groupPath(group)} prefetch={false}>
                  {group.name}
                </Link>
              </h3>
              <OperationLinks group={group} />
            </div>
          ))}
        </div>
      </section>
      <section id="errors" className={classes.errorsSection} aria-labelledby="errors-title">
        <h2 id="errors-title" className={classes.tag}>
          {t("errors")}
        </h2>
        <div className={classes.operation}>
          <div className={classes.words}>
            <p>{t("errorsLead")}</p>
            <table className={classes.fields}>
              <thead>
                <tr>
                  <th scope="col">{t("code")}</th>
                  <th scope="col">{t("status")}</th>
                  <th scope="col">{t("meaning")}</th>
                </tr>
              </thead>
              <tbody>
                {Object.entries(ERRORS).map(([code, error]) => (
                  <tr key={code} id={`error-${code}`} className={classes.errorRow}>
                    <th scope="row">
                      <code>{code}</code>
                    </th>
                    <td>{error.status}</td>
                    <td>{error.message}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className={classes.wire}>
            <CodeBlock title={t("answerExample", { status: 400 })} code={JSON.stringify(ERROR_EXAMPLE, null, 2)} />
          </div>
        </div>
      </section>
    </DocsFrame>
  );
}
