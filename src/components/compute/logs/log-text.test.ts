import { expect, it } from "vitest";
import { logText } from "./log-text.ts";

it("a log as a file has a line each, with what there is to know", () => {
  const line = { id: "1", timestamp: "2026-01-01T00:00:00.000Z", level: "error", source: "state", message: "running → error: no host", operationId: null } as const;
  expect(logText([line, { ...line, level: "info", message: "x", operationId: "op_1" }])).toBe(
    "2026-01-01T00:00:00.000Z ERROR   [state] running → error: no host\n2026-01-01T00:00:00.000Z INFO    [state] x (op_1)\n",
  );
  expect(logText([])).toBe("");
});
