import { createServer } from "node:net";
import { Aedes } from "aedes";
import mqtt from "mqtt";

/** The baseline: the same broker without rules, and one subscriber that counts. It prints the count. */
const port = Number(process.env.PORT);
const aedes = await Aedes.createBroker();
createServer(aedes.handle).listen(port, "127.0.0.1", () => {
  void (async () => {
    const subscriber = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: "counter" });
    let received = 0;
    subscriber.on("message", () => (received += 1));
    await subscriber.subscribeAsync("m/+/tele", { qos: 1 });
    setInterval(() => process.stdout.write(`received ${received}\n`), 20);
    process.stdout.write("baseline ready\n");
  })();
});
process.on("SIGTERM", () => process.exit(0));
