import { useTranslations } from "next-intl";
import classes from "./state-chip.module.css";

/** How a state looks: a filled dot (ok), a hollow one (off), a pulsing one (busy), a half one (warn), a diamond (bad). Never colour alone: the word is beside it. */
export type Tone = "ok" | "off" | "busy" | "warn" | "bad";

const TONES: Record<string, Tone> = {
  running: "ok",
  online: "ok",
  succeeded: "ok",
  active: "ok",
  healthy: "ok",
  pass: "ok",
  paid: "ok",
  provisioning: "busy",
  starting: "busy",
  stopping: "busy",
  restarting: "busy",
  updating: "busy",
  migrating: "busy",
  deleting: "busy",
  creating: "busy",
  restoring: "busy",
  compensating: "busy",
  queued: "warn",
  draining: "warn",
  maintenance: "warn",
  awaiting_claim: "warn",
  warn: "warn",
  created: "warn",
  compensated: "warn",
  rolled_back: "warn",
  unreachable: "bad",
  error: "bad",
  failed: "bad",
  fail: "bad",
  disputed: "bad",
  mismatched: "bad",
};

interface StateChipProps {
  /** VM, machine, operation, step or health status, as the API gives it */
  status: string;
  /** an operation or step that is "running" is under way, a VM that is "running" has arrived */
  kind?: "resource" | "operation";
  /** an offline machine needs somebody, a stopped VM does not */
  alarming?: boolean;
  /** why; shown as the tooltip of the whole chip */
  reason?: string | null;
  /** in place of the status's own: where a word must say more, or a state has another meaning */
  word?: string;
  tone?: Tone;
}

/** The state of a VM, a machine, an operation or a step: a shape and a word. */
export function StateChip({ status, kind = "resource", alarming = false, reason, word, tone }: StateChipProps) {
  const t = useTranslations("common.status");
  const known = t.has(status as "unknown") ? (status as "unknown") : "unknown";
  return (
    <span className={classes.chip} data-tone={tone ?? toneOf(status, kind, alarming)} data-status={status} title={reason ?? undefined}>
      <span className={classes.mark} aria-hidden />
      {word ?? t(known)}
    </span>
  );
}

/** The tone of a status, for other marks than the chip. */
export function toneOf(status: string, kind: "resource" | "operation" = "resource", alarming = false): Tone {
  if (kind === "operation" && status === "running") return "busy";
  if (status === "offline" && alarming) return "bad";
  return TONES[status] ?? "off";
}
