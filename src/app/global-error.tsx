"use client";

/** The last resort, when the document itself could not be made: no theme, no messages, so it brings all it needs, in both languages. */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  const reference = typeof error === "object" && error !== null && "digest" in error ? String(error.digest) : null;
  return (
    <html lang="en">
      <body style={{ margin: 0, padding: "14vh 20px", font: "14px/1.55 system-ui, sans-serif", color: "#15202b", background: "#f6f8f9" }}>
        <title>Switchyard</title>
        <main style={{ maxWidth: 520, margin: "0 auto" }}>
          <h1 style={{ margin: "0 0 6px", fontSize: 20 }}>Switchyard is not available right now</h1>
          <p style={{ margin: 0 }}>Something unexpected happened. Nothing you saved is lost. Try again in a minute.</p>
          <p lang="ko" style={{ margin: "6px 0 0" }}>
            예기치 않은 문제가 발생했습니다. 저장한 내용은 그대로 남아 있습니다. 잠시 후 다시 시도하세요.
          </p>
          {reference !== null && <p style={{ fontFamily: "monospace" }}>{reference}</p>}
          <button type="button" onClick={retry} style={{ marginTop: 20, height: 34, padding: "0 14px", border: 0, borderRadius: 6, font: "inherit", color: "#fff", background: "#0b6b6e", cursor: "pointer" }}>
            Try again · 다시 시도
          </button>
        </main>
      </body>
    </html>
  );
}
