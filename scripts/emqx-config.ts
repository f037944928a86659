import { readConfig } from "#server/infra/config.ts";
import { StartupError } from "#server/infra/startup-error.ts";
import { emqxConfiguration } from "#server/machines/emqx/emqx-config.ts";

/** `npm run emqx:config >> emqx.conf`: what EMQX needs to ask this installation who may log in and do what. */
try {
  process.stdout.write(emqxConfiguration(readConfig(process.env)));
} catch (error) {
  process.stderr.write(error instanceof StartupError ? `${error.message}\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
