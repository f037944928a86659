interface PatternProps {
  id: string;
  /** 0 is plain; the others differ in their marks, so that they are told apart without colour */
  nth: number;
  color: string;
}

const SIZE = 8;
const MARKS = [
  null,
  <path key="rising" d="M-2 2L2 -2M0 8L8 0M6 10L10 6" />,
  <path key="dots" d="M2 2h.01M6 6h.01" strokeWidth={3} strokeLinecap="round" />,
  <path key="level" d="M0 2h8M0 6h8" />,
  <path key="falling" d="M-2 6L2 10M0 0L8 8M6 -2L10 2" />,
  <path key="upright" d="M2 0v8M6 0v8" />,
  <path key="grid" d="M0 4h8M4 0v8" />,
  <path key="crossed" d="M0 0L8 8M8 0L0 8" />,
  <path key="dense" d="M0 1h8M0 3.7h8M0 6.4h8" strokeWidth={1.1} />,
];

/** The filling of an area or a bar: its colour, with marks of its own. */
export function FillPattern({ id, nth, color }: PatternProps) {
  const marks = MARKS[nth % MARKS.length];
  return (
    <pattern id={id} width={SIZE} height={SIZE} patternUnits="userSpaceOnUse">
      <rect width={SIZE} height={SIZE} fill={color} fillOpacity={marks ? 0.28 : 0.85} />
      <g stroke={color} strokeWidth={1.7} fill="none">
        {marks}
      </g>
    </pattern>
  );
}
