/** A QR code that the server drew. The SVG is our own server's, made by its QR library from a token of ours: nothing of a user's is in it as markup. */
export function QrCode({ svg, label, className }: { svg: string; label: string; className?: string | undefined }) {
  return <div className={className} role="img" aria-label={label} dangerouslySetInnerHTML={{ __html: svg }} />;
}
