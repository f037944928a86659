/** The mark: a track switch drawn in one stroke, on a grid of 16 so that its rails fall on whole pixels. */
export function LogoMark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden>
      <path d="M15 12H1h3.5C8.5 12 8 5 12 5h3" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
