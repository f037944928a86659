"use client";

import classes from "#components/ui/plain-page.module.css";

/** When a layout could not be made: without theme and texts, so in both languages. What breaks inside a layout is shown by its own error page. */
export default function PageError({ error, retry }: { error: unknown; retry: () => void }) {
  const reference = typeof error === "object" && error !== null && "digest" in error ? String(error.digest) : null;
  return (
    <main className={classes.page} role="alert">
      <h1 lang="en">This page could not be shown</h1>
      <p lang="en">Something unexpected happened. Nothing you saved is lost, and what you paid for goes on. Try again in a moment.</p>
      <p lang="ko">예기치 않은 문제가 발생했습니다. 저장한 내용은 그대로 남아 있고 결제한 주문은 계속 진행됩니다. 잠시 후 다시 시도하세요.</p>
      {reference !== null && <code>{reference}</code>}
      <button type="button" onClick={retry}>
        Try again · <span lang="ko">다시 시도</span>
      </button>
    </main>
  );
}
