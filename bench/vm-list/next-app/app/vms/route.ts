export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const list = await globalThis.__benchList(request.headers.get("authorization"));
  return list ? Response.json(list) : new Response(null, { status: 401 });
}
