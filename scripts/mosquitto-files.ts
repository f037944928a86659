import { readConfig } from "#server/infra/config.ts";
import { openDatabase } from "#server/infra/database.ts";
import { StartupError } from "#server/infra/startup-error.ts";
import { writeMosquittoFiles } from "#server/machines/mosquitto-files.ts";

/** `npm run mosquitto:files -- <folder>`: writes password_file, acl_file and mosquitto.conf from the devices' credentials. Then: kill -HUP <mosquitto>. */
async function main(): Promise<void> {
  const folder = process.argv[2];
  if (!folder) throw new StartupError("usage: npm run mosquitto:files -- <folder>");
  const config = readConfig(process.env);
  const db = await openDatabase(config);
  try {
    const paths = await writeMosquittoFiles({ config, db }, folder);
    process.stdout.write(`${paths.join("\n")}\n`);
  } finally {
    await db.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(error instanceof StartupError ? `${error.message}\n` : `${(error as Error).stack ?? String(error)}\n`);
  process.exit(1);
});
