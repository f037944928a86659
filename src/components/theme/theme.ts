import { createTheme, defaultVariantColorsResolver, type MantineThemeComponents, rem, type VariantColorsResolver } from "@mantine/core";
import { amber, dark, green, plum, red, slate, teal } from "./colors.ts";

/** Filled buttons carry the ink that has contrast on the fill of each theme: white on deep teal by day, near-black on bright teal by night. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const resolved = defaultVariantColorsResolver(input);
  if (input.variant !== "filled") return resolved;
  if (input.color === undefined || input.color === "teal") return { ...resolved, color: "var(--sy-on-accent)" };
  return input.color === "red" ? { ...resolved, color: "var(--sy-on-bad)" } : resolved;
};

const overlay = { shadow: "md" as const, transitionProps: { duration: 140, transition: "fade" as const } };

/** Defaults by name, not by `Component.extend`: importing the components here would put all of them into every page. */
const components: MantineThemeComponents = {
  ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
  Button: { defaultProps: { size: "sm" } },
  Card: { defaultProps: { withBorder: true } },
  Checkbox: { defaultProps: { size: "xs", iconColor: "var(--sy-on-accent)" } },
  Drawer: { defaultProps: { overlayProps: { backgroundOpacity: 0.35 }, transitionProps: { duration: 160 } } },
  Kbd: { defaultProps: { size: "xs" } },
  Menu: { defaultProps: { ...overlay, offset: 6 } },
  Modal: { defaultProps: { styles: { title: { lineHeight: 1.35 } }, centered: true, overlayProps: { backgroundOpacity: 0.35 }, transitionProps: { duration: 140, transition: "fade" } } },
  Popover: { defaultProps: overlay },
  SegmentedControl: { defaultProps: { size: "xs" } },
  Skeleton: { defaultProps: { radius: "sm" } },
  Tabs: { defaultProps: { keepMounted: false } },
  Tooltip: { defaultProps: { openDelay: 250, transitionProps: { duration: 120 }, events: { hover: true, focus: true, touch: true } } },
};

/** Sizes are those of the design: type 12/13/14/16/20/28, grid of 4, radius 6, hairlines for shadows, one elevation (`md`) for overlays. */
export const theme = createTheme({
  colors: { teal, slate, gray: slate, dark, green, amber, red, plum },
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 4 },
  white: "#ffffff",
  black: "#15202b",
  variantColorResolver,
  fontFamily: "var(--font-geist-sans), system-ui, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', sans-serif",
  fontFamilyMonospace: "var(--font-geist-mono), ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSizes: { xs: rem(12), sm: rem(13), md: rem(14), lg: rem(16), xl: rem(20) },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.5", lg: "1.5", xl: "1.35" },
  headings: {
    fontFamily: "inherit",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: rem(20), lineHeight: "1.3" },
      h2: { fontSize: rem(16), lineHeight: "1.4" },
      h3: { fontSize: rem(14), lineHeight: "1.45" },
      h4: { fontSize: rem(13), lineHeight: "1.45" },
      h5: { fontSize: rem(13), lineHeight: "1.45" },
      h6: { fontSize: rem(12), lineHeight: "1.45" },
    },
  },
  spacing: { xs: rem(8), sm: rem(12), md: rem(16), lg: rem(24), xl: rem(32) },
  radius: { xs: rem(3), sm: rem(4), md: rem(6), lg: rem(8), xl: rem(12) },
  defaultRadius: "md",
  shadows: { xs: "none", sm: "none", md: "var(--sy-shadow)", lg: "var(--sy-shadow)", xl: "var(--sy-shadow)" },
  breakpoints: { xs: "30em", sm: "48em", md: "64em", lg: "80em", xl: "100em" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components,
});
