import Link from "next/link";
import { useTranslations } from "next-intl";
import { ERRORS } from "#shared/errors.ts";
import type { OpenApiDocument } from "#server/http/openapi/document.ts";
import { LogoMark } from "../layout/logo.tsx";
import { CodeBlock } from "./code-block.tsx";
import classes from "./docs.module.css";
import { Method, Operation } from "./operation.tsx";

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

/** The API reference: one page, made on the server from the OpenAPI document. */
export function Reference({ document }: { document: OpenApiDocument }) {
  const t = useTranslations("docs");
  const base = document.servers[0]?.url ?? "/v1";
  const groups = document.tags.map(({ name }) => ({
    name,
    operations: Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => operation.tags[0] === name)
        .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    ),
  }));
  return (
    <div className={classes.page}>
      <header className={classes.top}>
        <Link href="/" className={classes.brand}>
          <LogoMark size={20} /> Switchyard
        </Link>
        <nav className={classes.topLinks}>
          <a href="/v1/openapi.json" target="_blank" rel="noreferrer">{t("document")}</a>
          <Link href="/">{t("app")}</Link>
        </nav>
      </header>
      <div className={classes.columns}>
        <nav className={classes.contents} aria-label={t("onThisPage")}>
          <div className={classes.contentsList}>
            <a href="#basics" className={classes.group}>
              {t("basics")}
            </a>
            {groups.map((group) => (
              <div key={group.name}>
                <a href={`#${anchor(group.name)}`} className={classes.group}>
                  {group.name}
                </a>
                <ul>
                  {group.operations.map(({ method, operation }) => (
                    <li key={operation.operationId}>
                      <a href={`#${operation.operationId}`}>
                        <Method method={method} />
                        <span>{operation.summary}</span>
                      </a>
                    </li>
                  ))}
                </ul>
              </div>
            ))}
            <a href="#errors" className={classes.group}>
              {t("errors")}
            </a>
          </div>
        </nav>
        <main className={classes.main}>
          <h1 className={classes.title}>{t("title")}</h1>
          <p className={classes.lead}>{t("lead")}</p>
          <p className={classes.quiet}>{t("version", { version: document.info.version })}</p>
          <section id="basics" className={classes.basics} aria-label={t("basics")}>
            <div className={classes.basic}>
              <h2>{t("base.title")}</h2>
              <p>{t("base.text")}</p>
              <code className={classes.base}>{base}</code>
            </div>
            {BASICS.map((name) => (
              <div key={name} className={classes.basic}>
                <h2>{t(`${name}.title`)}</h2>
                <p>{t(`${name}.text`)}</p>
              </div>
            ))}
          </section>
          {groups.map((group) => (
            <section key={group.name} aria-labelledby={anchor(group.name)}>
              <h2 id={anchor(group.name)} className={classes.tag}>
                {group.name}
              </h2>
              {group.operations.map((entry) => (
                <Operation key={entry.operation.operationId} {...entry} base={base} schemas={document.components.schemas} />
              ))}
            </section>
          ))}
          <section id="errors" aria-labelledby="errors-title">
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
        </main>
      </div>
    </div>
  );
}

function anchor(tag: string): string {
  return `tag-${tag.toLowerCase().replace(/[^a-z]+/g, "-")}`;
}
