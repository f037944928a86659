import { useEffect, useState } from "react";
import type { ConsoleControls } from "./console-session.ts";
import { typeText } from "./type-text.ts";

export interface Typing {
  /** A text is being typed: what somebody presses meanwhile would come in between. */
  active: boolean;
  type: (text: string) => void;
  stop: () => void;
}

/** Types texts on a screen's keyboard, one at a time. @param controls of the connection, which ends a text with itself; null: there is none */
export function useTyping(controls: ConsoleControls | null): Typing {
  const [text, setText] = useState<{ to: ConsoleControls; abort: AbortController } | null>(null);
  // Another text takes its place, the connection is another, or the screen is left.
  useEffect(() => (text?.to === controls ? () => text?.abort.abort() : undefined), [text, controls]);
  return {
    active: text !== null && text.to === controls,
    stop: () => text?.abort.abort(),
    type(characters) {
      if (!controls) return;
      const mine = { to: controls, abort: new AbortController() };
      setText(mine);
      void typeText(controls, characters, mine.abort.signal).then(() => setText((now) => (now === mine ? null : now)));
    },
  };
}
