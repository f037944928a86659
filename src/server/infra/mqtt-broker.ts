import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Aedes, type AuthenticateError, type Client } from "aedes";
import type { MqttPublisher } from "./mqtt-publisher.ts";
import type { Delivery } from "./mqtt-subscriber.ts";
import type { Runtime } from "./runtime.ts";
import { limitPackets } from "./mqtt-packet-limit.ts";
import { lookUpRetained, type RetainedStore } from "./mqtt-retained.ts";
import { StartupError } from "./startup-error.ts";

/** Who is connected: a user name and the credential that opened the door. */
export interface MqttPrincipal {
  username: string;
  /** null: not from the database */
  credentialId: string | null;
}

export interface MqttPublication {
  topic: string;
  retain: boolean;
  payload: Buffer;
}

/** What the broker asks; the domain answers, and a Mosquitto's or EMQX's rules come from the same place. Reasons are null when it is allowed. */
export interface MqttPolicy {
  /** @returns null when refused */
  authenticate(login: { clientId: string; username: string; password: string }): Promise<MqttPrincipal | null>;
  publishRefusal(username: string, publication: MqttPublication): string | null;
  subscribeRefusal(username: string, filter: string): string | null;
  /** Whether a message of ours may still be given to a device: the broker keeps it for one that was away. */
  isFresh(topic: string, payload: Buffer): boolean;
  /** Keeps a record of what was refused. */
  refused(username: string, what: MqttPublication, reason: string): void;
  stillValid(principal: MqttPrincipal): Promise<boolean>;
  /** Calls with a user name whose credentials have changed, until stopped. */
  watch(changed: (username: string) => void): Promise<{ stop(): Promise<void> }>;
}

/** Who stores what devices say, before they are told that it has arrived. */
export interface MqttIntake {
  wants(topic: string): boolean;
  /** Messages taken and not acknowledged; a device that says more is disconnected, and keeps its messages. Wills come on top. */
  maxHeld: number;
  take(delivery: Delivery): void;
}

/** A second listener, for devices out there. */
export interface MqttTls {
  port: number;
  certificatePem: string;
  keyPem: string;
}

export interface MqttBroker extends MqttPublisher {
  port: number;
  /** null: there is no TLS */
  tlsPort: number | null;
  stop(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Packets of one client that may wait while it is being authenticated. */
const QUEUE_LIMIT = 100;
/** Ten thousand devices, and those of them that are back before their old connections are known to be gone. */
const MAX_CONNECTIONS = 15_000;
/** How long one device that does not read may keep a message waiting in front of it. */
const HAND_OVER_MS = 1_000;
const REFUSED = { unavailable: 3, credentials: 4 } as const;

/**
 * The embedded broker: Aedes in this process, MQTT 3.1.1 over TCP. It keeps sessions and retained messages in memory; what devices say goes to the intake
 * first, and the device's PUBACK follows the commit: what a killed process had not stored, the device sends again.
 *
 * A publish that the policy refuses closes the connection: MQTT 3.1.1 has no other way to tell the device, and an acknowledged message that vanishes
 * would be worse. A refused subscription is answered with 0x80.
 *
 * In production with TLS the plain port listens on loopback alone.
 * @throws StartupError when a port cannot be had
 */
export async function startMqttBroker(rt: Runtime, policy: MqttPolicy, intake: MqttIntake, tls: MqttTls | null = null): Promise<MqttBroker> {
  let held = 0;
  /** payloads of ours that somebody was given */
  const forwarded = new WeakSet<Buffer>();
  const principals = new WeakMap<Client, MqttPrincipal>();
  const sentAway = new WeakSet<Client>();
  const usernameOf = (client: Client | null): string => (client ? principals.get(client)?.username : undefined) ?? "";
  const aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_TIMEOUT_MS,
    queueLimit: QUEUE_LIMIT,
    // The will is judged before anything else: it is published when nobody is there any more to be refused.
    preConnect(_client, packet, done) {
      const { will } = packet;
      const reason = will ? policy.publishRefusal(packet.username ?? "", { topic: will.topic, retain: will.retain ?? false, payload: asBuffer(will.payload) }) : null;
      if (reason) rt.log.warn({ username: packet.username, topic: will?.topic, reason }, "mqtt: will refused");
      done(reason ? new Error(`will refused: ${reason}`) : null, reason === null);
    },
    authenticate(client, username, password, done) {
      const login = { clientId: client.id, username: username ?? "", password: password?.toString() ?? "" };
      policy.authenticate(login).then(
        (principal) => {
          if (!principal) {
            rt.log.info({ username: login.username, clientId: login.clientId }, "mqtt: login refused");
            return done(refusal(REFUSED.credentials), false);
          }
          principals.set(client, principal);
          return done(null, true);
        },
        (error: unknown) => {
          rt.log.error({ err: error }, "mqtt: cannot check a login");
          done(refusal(REFUSED.unavailable), false);
        },
      );
    },
    // Aedes sends the PUBACK when this is done, and reads on from the device: so storing happens here. Wills come this way too.
    authorizePublish(client, packet, done) {
      // Its will as well: brokers publish none for whom they send away, and what is retained of it then is ours.
      if (client && sentAway.has(client)) return done(new Error("it was sent away"));
      const publication = { topic: packet.topic, retain: packet.retain, payload: asBuffer(packet.payload) };
      const reason = policy.publishRefusal(usernameOf(client), publication);
      if (reason) {
        policy.refused(usernameOf(client), publication, reason);
        return done(new Error(`publish refused: ${reason}`));
      }
      if (!intake.wants(packet.topic)) return done(null);
      // The will of a connection that has ended is taken however much is held: there is one for each, and nobody would send it again.
      if (held >= intake.maxHeld && client?.closed !== true) return done(new Error("more is waiting to be stored than this process may hold"));
      held += 1;
      return intake.take({
        topic: publication.topic,
        payload: publication.payload,
        acknowledge() {
          held -= 1;
          done(null);
        },
      });
    },
    authorizeSubscribe(client, subscription, done) {
      const reason = policy.subscribeRefusal(usernameOf(client), subscription.topic);
      if (reason) policy.refused(usernameOf(client), { topic: subscription.topic, retain: false, payload: Buffer.alloc(0) }, reason);
      done(null, reason ? null : subscription);
    },
    authorizeForward(_client, packet) {
      const payload = asBuffer(packet.payload);
      if (!policy.isFresh(packet.topic, payload)) return null;
      forwarded.add(payload);
      return packet;
    },
  });
  // Its types leave it out; it is there since the broker was made.
  lookUpRetained((aedes as unknown as { persistence: RetainedStore }).persistence);
  aedes.on("clientError", (client, error) => rt.log.debug({ username: usernameOf(client), reason: error.message }, "mqtt: connection closed"));
  aedes.on("connectionError", (_client, error) => rt.log.debug({ reason: error.message }, "mqtt: connection closed before its login"));

  const connected = new Map<string, Client>();
  aedes.on("client", (client) => connected.set(usernameOf(client), client));
  aedes.on("clientDisconnect", (client) => {
    if (connected.get(usernameOf(client)) === client) connected.delete(usernameOf(client));
  });
  const watch = await policy.watch((username) => {
    const client = connected.get(username);
    const principal = client ? principals.get(client) : undefined;
    if (!client || !principal) return;
    policy.stillValid(principal).then(
      (valid) => {
        if (valid) return;
        sentAway.add(client);
        client.close();
      },
      (error: unknown) => rt.log.error({ err: error, username }, "mqtt: cannot check whether a credential still holds"),
    );
  });

  const take = (socket: Socket): void => {
    socket.setNoDelay(true);
    limitPackets(socket);
    aedes.handle(socket);
  };
  const servers: Server[] = [];
  const open = async (server: Server, port: number, host: string, setting: string): Promise<number> => {
    server.maxConnections = MAX_CONNECTIONS;
    servers.push(server);
    await listen(server, port, host, setting);
    const address = server.address();
    return typeof address === "object" && address ? address.port : port;
  };
  const close = async (): Promise<void> => {
    await watch.stop();
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    await new Promise<void>((resolve) => aedes.close(resolve));
    await Promise.all(closed);
  };
  let port: number;
  let tlsPort: number | null = null;
  try {
    port = await open(createServer(take), rt.config.mqttPort, tls && rt.config.mode === "production" ? "127.0.0.1" : rt.config.host, "MQTT_PORT");
    if (tls) tlsPort = await open(createTlsServer({ cert: tls.certificatePem, key: tls.keyPem, minVersion: "TLSv1.2" }, take), tls.port, rt.config.host, "MQTT_TLS_PORT");
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    tlsPort,
    ready: () => !aedes.closed,
    publish: ({ to, topic, payload, retain, expirySeconds }) =>
      new Promise((resolve, reject) => {
        const urgent = !retain && expirySeconds !== undefined;
        if (urgent && !connected.has(to)) return reject(new Error("the device is not connected"));
        // The broker has it in its memory from the start; what takes longer is the device's connection.
        const patience = setTimeout(resolve, HAND_OVER_MS);
        const bytes = Buffer.from(payload);
        return aedes.publish({ cmd: "publish", topic, payload: bytes, qos: 1, retain, dup: false }, (error) => {
          clearTimeout(patience);
          if (error) reject(error);
          else if (urgent && !forwarded.has(bytes)) reject(new Error("the device does not listen yet"));
          else resolve();
        });
      }),
    stop: close,
  };
}

function asBuffer(payload: Buffer | string): Buffer {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}

function refusal(returnCode: 2 | 3 | 4): AuthenticateError {
  return Object.assign(new Error("login refused"), { returnCode });
}

function listen(server: Server, port: number, host: string, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "is in use by another program" : `cannot be opened (${error.code ?? error.message})`;
      reject(new StartupError(`MQTT port ${port} ${reason}; set ${setting} to another`));
    });
    server.listen(port, host, () => resolve());
  });
}
