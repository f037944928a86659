import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DOWN_TOPICS, UP_TOPICS } from "#shared/machines/device.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { bridgePassword } from "./broker-login.ts";
import { BRIDGE_USERNAME } from "./broker-rules.ts";
import { allValidCredentials } from "./credentials/credentials-repository.ts";
import { mosquittoHash } from "./mosquitto-password.ts";

export interface MosquittoOptions {
  /** for devices; put TLS in front or add certfile and keyfile */
  devicePort: number;
  /** for bridges, on the loopback interface alone */
  bridgePort: number;
}

/**
 * Writes what a Mosquitto 2 needs to serve these devices: password_file, acl_file and a configuration that uses them. Send it SIGHUP afterwards:
 * it reads both files again, and drops the sessions of users that are gone.
 * @returns the files' paths
 */
export async function writeMosquittoFiles(rt: Pick<Runtime, "db" | "config">, folder: string, options: MosquittoOptions = { devicePort: 1883, bridgePort: 1884 }): Promise<string[]> {
  const root = resolve(folder);
  await mkdir(root, { recursive: true });
  const bridge = bridgeLogin(rt.config);
  const files = { "mosquitto.conf": configuration(root, options), password_file: await passwordFile(rt, bridge), acl_file: aclFile(bridge.username) };
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    // Whole or not at all: the broker may read at any moment.
    await writeFile(`${path}.new`, content, { mode: 0o600 });
    await chmod(`${path}.new`, 0o600);
    await rename(`${path}.new`, path);
    paths.push(path);
  }
  return paths;
}

interface Login {
  username: string;
  password: string;
}

/** As whom the bridge will connect: MQTT_URL says it, else it has a name of its own and a password from the installation's key. */
function bridgeLogin(config: Runtime["config"]): Login {
  const url = config.mqttUrl ? new URL(config.mqttUrl) : null;
  return { username: decodeURIComponent(url?.username ?? "") || BRIDGE_USERNAME, password: decodeURIComponent(url?.password ?? "") || bridgePassword(config) };
}

async function passwordFile(rt: Pick<Runtime, "db">, bridge: Login): Promise<string> {
  const devices = await allValidCredentials(rt);
  return `${[`${bridge.username}:${mosquittoHash(bridge.password)}`, ...devices.map((device) => `${device.machineId}:${device.mosquittoHash}`)].join("\n")}\n`;
}

/** One pattern for all devices: %u is the user name, which is the machine's id. */
function aclFile(bridgeUsername: string): string {
  return `${[
    `user ${bridgeUsername}`,
    "topic readwrite m/#",
    "",
    ...UP_TOPICS.map((part) => `pattern write m/%u/${part}`),
    ...DOWN_TOPICS.map((part) => `pattern read m/%u/${part}`),
  ].join("\n")}\n`;
}

function configuration(root: string, options: MosquittoOptions): string {
  return `# Written by: npm run mosquitto:files -- <folder>
# This folder must belong to the user that Mosquitto runs as.
per_listener_settings false
allow_anonymous false
password_file ${join(root, "password_file")}
acl_file ${join(root, "acl_file")}

# A bridge that is away for a while must lose nothing: the default keeps 1000 messages and drops the rest without a word.
max_queued_messages 1000000
max_inflight_messages 6000
message_size_limit 8192
persistence true
persistence_location ${root}/

# Devices. Their client id is their user name, whatever they say: with another's id one could end that one's session.
listener ${options.devicePort}
use_username_as_clientid true

# Bridges, each with a client id of its own.
listener ${options.bridgePort} 127.0.0.1
`;
}
