import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "#components/api/auth-options.ts";
import { inProcess } from "#components/api/server.ts";

interface RouteContext {
  params: Promise<{ nextauth: string[] }>;
}

/** next-auth's endpoints. The options depend on the running server, so they are made when a request comes. */
async function handler(request: NextRequest, context: RouteContext) {
  const meta = { ip: request.headers.get("x-switchyard-ip") ?? "", userAgent: request.headers.get("user-agent") ?? "" };
  return NextAuth(request, { params: await context.params }, authOptions(inProcess(), meta)) as Promise<Response>;
}

export { handler as GET, handler as POST };
