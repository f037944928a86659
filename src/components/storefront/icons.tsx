import type { ReactNode } from "react";

/** The few signs of the storefront, drawn here: an icon library's module is larger than all of them. */
function Icon({ children, size = 20 }: { children: ReactNode; size?: number | undefined }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      {children}
    </svg>
  );
}

export const PlusIcon = () => <Icon><path d="M12 5v14M5 12h14" /></Icon>;
export const MinusIcon = () => <Icon><path d="M5 12h14" /></Icon>;
export const CrossIcon = ({ size }: { size?: number }) => <Icon size={size}><path d="M18 6 6 18M6 6l12 12" /></Icon>;
export const CheckIcon = ({ size }: { size?: number }) => <Icon size={size}><path d="m5 12.5 4.5 4.5L19 7.5" /></Icon>;
export const ClockIcon = () => <Icon size={40}><path d="M12 6.5V12l3.5 2.5" /></Icon>;
export const BackIcon = () => <Icon><path d="m14 6-6 6 6 6" /></Icon>;
export const PlugIcon = () => <Icon size={24}><path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4" /></Icon>;
