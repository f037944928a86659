import { useTranslations } from "next-intl";
import type { JsonSchema } from "#server/http/openapi/json-schema.ts";
import classes from "./docs.module.css";
import type { FieldRow } from "./fields.ts";

interface FieldTableProps {
  caption: string;
  rows: readonly FieldRow[];
  /** where a parameter stands: path, query, header */
  places?: Readonly<Record<string, string>>;
  /** what we answer with: nothing of it is asked of the reader, so nothing is "required" */
  answer?: boolean;
}

/** Fields with their types and what is allowed in them. */
export function FieldTable({ caption, rows, places, answer = false }: FieldTableProps) {
  const t = useTranslations("docs");
  if (rows.length === 0) return null;
  return (
    <table className={classes.fields}>
      <caption className={classes.caption}>{caption}</caption>
      <thead className={classes.hidden}>
        <tr>
          <th scope="col">{t("field")}</th>
          <th scope="col">{t("description")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.path}>
            <th scope="row" className={classes.field} style={{ paddingInlineStart: row.depth * 14 }}>
              <code>{row.path.split(".").at(-1)}</code>
              {places?.[row.path] !== undefined && <span className={classes.place}>{places[row.path]}</span>}
            </th>
            <td className={classes.about}>
              <span className={classes.type}>{row.type}</span>
              {row.required && !answer && <span className={classes.required}>{t("required")}</span>}
              {row.description !== undefined && <p>{row.description}</p>}
              {!answer && <Constraints schema={row.schema} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Constraints({ schema }: { schema: JsonSchema }) {
  const t = useTranslations("docs.constraint");
  const { minimum, maximum, minLength, maxLength, maxItems } = schema;
  const words = [
    minimum !== undefined && maximum !== undefined && t("range", { minimum, maximum }),
    minimum !== undefined && maximum === undefined && t("minimum", { minimum }),
    minimum === undefined && maximum !== undefined && t("maximum", { maximum }),
    minLength !== undefined && maxLength !== undefined && t("length", { minimum: minLength, maximum: maxLength }),
    minLength !== undefined && maxLength === undefined && t("minLength", { minimum: minLength }),
    minLength === undefined && maxLength !== undefined && t("maxLength", { maximum: maxLength }),
    maxItems !== undefined && t("items", { maximum: maxItems }),
    schema.default !== undefined && t("default", { value: JSON.stringify(schema.default) }),
  ];
  const text = words.filter(Boolean).join(" ");
  return text === "" ? null : <span className={classes.constraint}>{text}</span>;
}
