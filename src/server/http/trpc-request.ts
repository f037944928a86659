import { type AnyProcedure, type AnyRouter, TRPCError } from "@trpc/server";
import { AppError } from "#shared/errors.ts";
import { parseJson } from "./body.ts";

/** One procedure call of a tRPC request. */
export interface Call {
  path: string;
  procedure: AnyProcedure;
  input: unknown;
}

export interface TrpcRequest {
  batch: boolean;
  calls: Call[];
}

const MAX_BATCH = 20;

/** What a call's address says, before its body is read: `/trpc/<path>[,<path>…]?batch=1&input=…` */
export interface Address {
  paths: string[];
  batch: boolean;
  input: string | null;
}

/** @throws AppError INVALID_REQUEST for a malformed address or too large a batch */
export function readAddress(url: string, prefix: string): Address {
  const mark = url.indexOf("?");
  const path = decode(mark === -1 ? url.slice(prefix.length) : url.slice(prefix.length, mark));
  const query = mark === -1 ? null : new URLSearchParams(url.slice(mark + 1));
  const batch = query?.get("batch") === "1";
  const paths = batch ? path.split(",") : [path];
  if (paths.length > MAX_BATCH) throw new AppError("INVALID_REQUEST", `A batch holds at most ${MAX_BATCH} calls.`, { limit: MAX_BATCH });
  return { paths, batch, input: query?.get("input") ?? null };
}

function decode(path: string): string {
  try {
    return path.includes("%") ? decodeURIComponent(path) : path;
  } catch (error) {
    throw new AppError("INVALID_REQUEST", "The address is not well formed.", {}, error);
  }
}

/**
 * The calls of a request. Queries come by GET with their input in the address, mutations by POST with theirs in the body.
 * @throws TRPCError or AppError when there is no such procedure, the method is the wrong one or the input is malformed
 */
export function readCalls(router: AnyRouter, method: string, address: Address, body: string): TrpcRequest {
  const text = method === "GET" ? address.input : body;
  const inputs = text ? parseJson(text) : undefined;
  if (address.batch && inputs !== undefined && (inputs === null || typeof inputs !== "object" || Array.isArray(inputs))) throw new AppError("INVALID_REQUEST", "The inputs of a batch must be an object.");
  const wanted = method === "GET" ? "query" : "mutation";
  const calls = address.paths.map((path, index): Call => {
    const procedures: Record<string, AnyProcedure> = router._def.procedures;
    const procedure = Object.hasOwn(procedures, path) ? procedures[path] : undefined;
    if (!procedure) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such procedure." });
    if (procedure._def.type !== wanted) throw new TRPCError({ code: "METHOD_NOT_SUPPORTED", message: "Queries are asked by GET, mutations by POST." });
    return { path, procedure, input: address.batch ? (inputs as Record<number, unknown> | undefined)?.[index] : inputs };
  });
  return { batch: address.batch, calls };
}
