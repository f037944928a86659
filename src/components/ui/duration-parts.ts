/** A length of time split into units, with the largest that is not zero. A negative one is zero. */
export function durationParts(seconds: number): { unit: "days" | "hours" | "minutes" | "seconds"; days: number; hours: number; minutes: number; seconds: number } {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor((whole % 86_400) / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  const unit = days > 0 ? "days" : hours > 0 ? "hours" : minutes > 0 ? "minutes" : "seconds";
  return { unit, days, hours, minutes, seconds: whole % 60 };
}
