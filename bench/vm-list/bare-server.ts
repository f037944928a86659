import { createServer } from "node:http";
import pg from "pg";
import { vmListStatement } from "../../src/server/compute/vm-list-sql.ts";

/** The baseline: the same statement, prepared, and the JSON that it answers. No sign-in, no validation, no mapping. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const { name, text, values } = vmListStatement({ organizationId: process.env.ORGANIZATION ?? "", includeGone: false }, 20, 0);

createServer((_request, response) => {
  pool.query({ ...(name ? { name } : {}), text, values: [...(values ?? [])] }).then(
    (result) => response.setHeader("content-type", "application/json").end(result.rows[0].data),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(process.env.PORT), "127.0.0.1", () => process.stdout.write("baseline ready\n"));
process.on("SIGTERM", () => process.exit(0));
