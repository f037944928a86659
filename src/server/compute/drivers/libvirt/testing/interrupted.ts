import type { Driver } from "../../driver.ts";
import type { LibvirtHypervisor } from "./hypervisor.ts";

/** A driver whose process is killed just before it starts its command number `commands`. */
export function interrupted(hypervisor: LibvirtHypervisor, commands: number): Driver {
  const driver = hypervisor.hosts[0].connect();
  const killed = new AbortController();
  let left = commands;
  const signal = killed.signal;
  return new Proxy(driver, {
    get(target, name: keyof Driver) {
      const method = target[name];
      if (typeof method !== "function") return method;
      return (...args: unknown[]): unknown => {
        const counting = { key: "k1", get signal() {
          left -= 1;
          if (left < 0) killed.abort(new Error("killed"));
          return signal;
        } };
        return Reflect.apply(method, target, [...args.slice(0, -1), counting]);
      };
    },
  });
}
