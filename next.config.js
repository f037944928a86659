import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./src/components/i18n/request.ts");

/**
 * Next serves pages alone: the API, sockets and security headers belong to the Node server in front of it (src/server/http).
 * @type {import("next").NextConfig}
 */
const config = {
  distDir: process.env.NEXT_DIST_DIR || ".next",
  poweredByHeader: false,
  // The server in front compresses.
  compress: false,
  reactStrictMode: true,
  devIndicators: false,
  // `npm test` checks the types of everything, tests included; a start of the product doesn't wait for that a second time.
  typescript: { ignoreBuildErrors: true },
  // Claim addresses hold a token: it goes into no referrer, no index and no log (the server in front has logs of its own, without it).
  headers: async () => [
    { source: "/c/:token", headers: [{ key: "Referrer-Policy", value: "no-referrer" }, { key: "X-Robots-Tag", value: "noindex, nofollow" }] },
  ],
  logging: { incomingRequests: { ignore: [/^\/c\//i] } },
  experimental: {
    // The types of the routes come in by next-env.d.ts alone; otherwise Next writes each build folder into tsconfig.json.
    strictRouteTypes: true,
    optimizePackageImports: ["@mantine/core", "@mantine/hooks", "@mantine/notifications", "@tabler/icons-react", "recharts", "mantine-datatable"],
  },
};

export default withNextIntl(config);
