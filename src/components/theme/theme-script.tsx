import { PREFERENCE_COOKIES } from "./preferences.ts";

const SCRIPT = `try{var m=document.cookie.match(/(?:^|; )${PREFERENCE_COOKIES.theme}=(light|dark)(?:;|$)/);document.documentElement.setAttribute("data-mantine-color-scheme",m?m[1]:matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light")}catch(e){}`;

/** Sets the colour scheme before the first paint. Mantine's own does the same, and brings Mantine into every page. */
export function ThemeScript() {
  return <script dangerouslySetInnerHTML={{ __html: SCRIPT }} />;
}
