import type { CSSVariablesResolver } from "@mantine/core";

/** Hands our tokens (src/app/globals.css) to Mantine's own variables, so that its components and ours stand on the same colours. */
const bridge = {
  "--mantine-color-body": "var(--sy-surface)",
  "--mantine-color-text": "var(--sy-text)",
  "--mantine-color-bright": "var(--sy-text)",
  "--mantine-color-dimmed": "var(--sy-text-dim)",
  "--mantine-color-placeholder": "var(--sy-text-faint)",
  "--mantine-color-error": "var(--sy-bad)",
  "--mantine-color-success": "var(--sy-ok)",
  "--mantine-color-anchor": "var(--sy-accent)",
  "--mantine-color-default": "var(--sy-field)",
  "--mantine-color-default-hover": "var(--sy-raised)",
  "--mantine-color-default-color": "var(--sy-text)",
  "--mantine-color-default-border": "var(--sy-line-strong)",
  "--mantine-color-disabled": "var(--sy-raised)",
  "--mantine-color-disabled-color": "var(--sy-text-faint)",
  "--mantine-color-disabled-border": "var(--sy-line)",
  "--mantine-color-teal-filled": "var(--sy-accent-fill)",
  "--mantine-color-teal-filled-hover": "var(--sy-accent-fill-hover)",
  "--mantine-color-teal-light": "var(--sy-accent-soft)",
  "--mantine-color-teal-light-hover": "var(--sy-accent-soft-hover)",
  "--mantine-color-teal-light-color": "var(--sy-accent)",
  "--mantine-color-teal-text": "var(--sy-accent)",
  "--mantine-color-teal-outline": "var(--sy-accent)",
  "--mantine-primary-color-contrast": "var(--sy-on-accent)",
  "--mantine-color-red-filled": "var(--sy-bad-fill)",
  "--mantine-color-red-filled-hover": "var(--sy-bad-fill-hover)",
  "--mantine-color-red-light": "var(--sy-bad-soft)",
  "--mantine-color-red-light-color": "var(--sy-bad)",
  "--mantine-color-red-text": "var(--sy-bad)",
  "--mantine-color-red-outline": "var(--sy-bad)",
};

export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: bridge, dark: bridge });
