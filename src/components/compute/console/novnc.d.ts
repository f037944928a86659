/** Of noVNC 1.7.0 (docs/API.md) what we use; the package has no types. */
declare module "@novnc/novnc" {
  class RFB {
    constructor(target: HTMLElement, channel: WebSocket, options?: { shared?: boolean });
    scaleViewport: boolean;
    clipViewport: boolean;
    background: string;
    focusOnClick: boolean;
    disconnect(): void;
    focus(): void;
    blur(): void;
    /** X11 keysym; code as KeyboardEvent.code; down left out: pressed and released */
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    sendCtrlAltDel(): void;
    addEventListener(type: "connect" | "disconnect" | "securityfailure", listener: (event: CustomEvent) => void): void;
  }
  export { RFB as default };
}
