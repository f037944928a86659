import { notFound } from "next/navigation";

/** Addresses that lead nowhere, so that the not-found page stands inside the frame. */
export default function MissingAddress(): never {
  notFound();
}
