import { TextInput } from "@mantine/core";

interface NameOnHostProps {
  /** read by screen readers: what is named, and on which host */
  label: string;
  /** what holds without a name, or what one looks like */
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  /** of the server */
  error: string | undefined;
}

/** What a host calls something of the catalog: a storage, an image. */
export function NameOnHost({ label, placeholder, value, onChange, error }: NameOnHostProps) {
  return <TextInput aria-label={label} placeholder={placeholder} value={value} maxLength={128} autoComplete="off" spellCheck={false} error={error} onChange={(event) => onChange(event.currentTarget.value)} />;
}
