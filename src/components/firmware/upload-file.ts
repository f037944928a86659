import { IMAGE_REFUSALS, type ImageRefusal, MAX_FIRMWARE_BYTES } from "#shared/machines/firmware.ts";
import type { FirmwareUpload } from "./types.ts";

/** Why a file was not taken: what the server found in it, or what was in the way. */
export type UploadProblem = { kind: "refused"; reason: ImageRefusal; detail: string } | { kind: "too_large" | "signed_out" | "not_allowed" | "network" | "server"; detail: string };

export class UploadError extends Error {
  readonly problem: UploadProblem;

  constructor(problem: UploadProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

/**
 * Sends a firmware file as it is. By XMLHttpRequest, which alone tells how far an upload is.
 * @param onProgress 0 to 1 of what was sent
 * @throws UploadError; an abort of the signal rejects with the same, of kind "network"
 */
export function uploadFile(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<FirmwareUpload> {
  if (file.size > MAX_FIRMWARE_BYTES) return Promise.reject(new UploadError({ kind: "too_large", detail: "" }));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/files/firmware");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => {
      const problem = problemOf(request.status, request.responseText);
      if (problem) reject(new UploadError(problem));
      // The server's own answer to an upload that it took.
      else resolve(JSON.parse(request.responseText) as FirmwareUpload);
    });
    for (const event of ["error", "abort", "timeout"]) request.addEventListener(event, () => reject(new UploadError({ kind: "network", detail: "" })));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

/** What an answer says is wrong; null: nothing. */
export function problemOf(status: number, text: string): UploadProblem | null {
  if (status === 200 || status === 201) return null;
  const { message = "", reason } = envelope(text);
  const known = IMAGE_REFUSALS.find((each) => each === reason);
  if (known) return { kind: "refused", reason: known, detail: message.split(": ").slice(1).join(": ") };
  if (status === 413) return { kind: "too_large", detail: "" };
  if (status === 401) return { kind: "signed_out", detail: "" };
  return { kind: status === 403 ? "not_allowed" : "server", detail: message };
}

function envelope(text: string): { message?: string; reason?: string } {
  try {
    return (JSON.parse(text) as { error?: { message?: string; reason?: string } }).error ?? {};
  } catch {
    return {};
  }
}
