"use client";

import classes from "#components/ui/plain-page.module.css";

/** In both languages: what would say which one is wanted may be what is broken. */
export default function StorefrontError({ retry }: { retry: () => void }) {
  return (
    <main className={classes.page} role="alert">
      <h1 lang="en">This page did not load</h1>
      <p lang="en">If you have paid, your order goes on without it. Try again in a moment.</p>
      <p lang="ko">화면을 불러오지 못했습니다. 이미 결제했다면 주문은 계속 진행됩니다. 잠시 후 다시 시도해 주세요.</p>
      <button type="button" onClick={retry}>
        Try again · <span lang="ko">다시 시도</span>
      </button>
    </main>
  );
}
