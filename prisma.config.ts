import { defineConfig } from "prisma/config";

/** For the ordinary Prisma command line; Switchyard's own commands (`npm run db:migrate`, `db:new`) don't need it. */
export default defineConfig({
  schema: "prisma/schema",
  migrations: { path: "prisma/migrations" },
});
