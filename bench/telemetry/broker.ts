import { createServer } from "node:net";
import { Aedes } from "aedes";
import mqtt from "mqtt";

/** The baseline: one subscriber that counts, on the broker at BROKER_PORT; without it on an Aedes without rules, here. It prints the count. */
const port = Number(process.env.PORT);
if (process.env.BROKER_PORT === undefined) {
  const aedes = await Aedes.createBroker();
  await new Promise<void>((resolve) => createServer(aedes.handle).listen(port, "127.0.0.1", resolve));
}
const subscriber = await mqtt.connectAsync(`mqtt://127.0.0.1:${process.env.BROKER_PORT ?? port}`, { clientId: "counter" });
let received = 0;
subscriber.on("message", () => (received += 1));
await subscriber.subscribeAsync("m/+/tele", { qos: 1 });
setInterval(() => process.stdout.write(`received ${received}\n`), 20);
process.stdout.write("baseline ready\n");
process.on("SIGTERM", () => process.exit(0));
