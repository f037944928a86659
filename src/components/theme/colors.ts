import type { MantineColorsTuple } from "@mantine/core";

/**
 * The palette as Mantine wants it: ten shades a colour. Text and surfaces don't come from here but from the tokens in src/app/globals.css, which are
 * chosen for each theme by contrast (at least 4.5:1 for text on every surface it stands on).
 */
export const slate: MantineColorsTuple = ["#f6f8f9", "#eef2f4", "#e2e8ec", "#cfd7dd", "#a9b5bf", "#828f9b", "#626e7b", "#475463", "#2b3744", "#15202b"];

/** Dark surfaces, from text (0) to the page (9). */
export const dark: MantineColorsTuple = ["#e6ecf1", "#c3ced7", "#98a6b3", "#808e9b", "#34414d", "#26313b", "#1b242c", "#12191f", "#0f151a", "#0c1116"];

/** The accent: actions, links and focus. */
export const teal: MantineColorsTuple = ["#e9f6f5", "#d0ebe9", "#a3d9d5", "#72c8c2", "#4fc3bb", "#2f9c98", "#15807f", "#0b6b6e", "#085659", "#063f42"];

/** Signal colours: states alone. */
export const green: MantineColorsTuple = ["#e8f6ee", "#cfecdb", "#a1d9b8", "#71c793", "#4cc38a", "#2f9e62", "#1f8650", "#17713f", "#105a31", "#0a4224"];
export const amber: MantineColorsTuple = ["#fdf4e3", "#f9e6c2", "#f2cf8d", "#ecba5c", "#e8ae45", "#c98a1b", "#aa6c06", "#8d5300", "#6f4100", "#523000"];
export const red: MantineColorsTuple = ["#fdecea", "#fad5d2", "#f6aca6", "#fb938b", "#ff8078", "#e2564d", "#cb3c34", "#b92b24", "#94201a", "#6e1712"];

/** The administrator's hue. */
export const plum: MantineColorsTuple = ["#f8eefa", "#eedaf2", "#e2bbe9", "#dba8e5", "#d79ae3", "#ae62bd", "#9248a0", "#7a3a86", "#602c6a", "#471f4f"];
