import type { Board } from "./board.ts";
import type { CommandHandler, CommandHandlers } from "./commands.ts";

/** A command's "accepted" should be out before the device goes; a broker that does not answer must not keep it. */
const LAST_WORDS_MS = 1_000;

export interface Service {
  board: Board;
  /** a dispense runs, or firmware is being written */
  busy: () => boolean;
  readSensors: () => Record<string, number>;
  /** Connects again, with the password that is new. */
  reconnect: () => void;
}

/** Commands of those who look after the machine. */
export function serviceHandlers(service: Service): Omit<CommandHandlers, "dispense"> {
  return { reboot: reboot(service), identify: identify(service), self_test: selfTest(service), rotate: rotate(service) };
}

function reboot({ board, busy }: Service): CommandHandler<"reboot"> {
  return () => {
    if (busy()) return { refuse: "BUSY" };
    return {
      // Its result is the next run of the firmware.
      run: async (accepted) => {
        await lastWords(board, accepted);
        board.reboot();
        return null;
      },
    };
  };
}

function identify({ board }: Service): CommandHandler<"identify"> {
  return (_command, { seconds }) => ({
    run: async () => {
      void board.send("event", { type: "identify", level: "info", data: { seconds } });
      await board.power.pause((seconds * 1_000) / board.speed);
      return { phase: "done" };
    },
  });
}

function selfTest({ board, busy, readSensors }: Service): CommandHandler<"self_test"> {
  return () => {
    if (busy()) return { refuse: "BUSY" };
    return {
      run: async () => {
        await board.power.pause(1_000 / board.speed);
        const broken = [...board.faults.motorBroken, ...board.faults.jam].sort().join(" ");
        const data = { ...readSensors(), motors: broken || "ok" };
        return broken ? { phase: "failed", code: "MOTOR", data } : { phase: "done", data };
      },
    };
  };
}

/** The new password is stored beside the old one before anything else; the old one goes when a connection with the new one stands. */
function rotate({ board, busy, reconnect }: Service): CommandHandler<"rotate"> {
  return (_command, { password }) => {
    if (busy()) return { refuse: "BUSY" };
    return {
      run: async (accepted) => {
        board.flash.state.nextPassword = password;
        board.flash.save();
        board.power.reach("password.stored");
        await lastWords(board, accepted);
        reconnect();
        return null;
      },
    };
  };
}

async function lastWords(board: Board, sent: Promise<void>): Promise<void> {
  await Promise.race([board.power.until(sent), board.power.pause(LAST_WORDS_MS)]);
}
