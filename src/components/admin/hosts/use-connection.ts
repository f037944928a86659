import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import { type ConnectionValues, toConnection } from "./connection-values.ts";
import type { HostDetail, TestResult } from "./types.ts";

/** The form of a host's connection with its "connect" button. A result counts only for the values that it was got with. */
export function useConnection(initialValues: ConnectionValues, host?: HostDetail) {
  const trpc = useTRPC();
  const [outcome, setOutcome] = useState<{ result: TestResult; with: string } | null>(null);
  const form = useForm({ initialValues });
  const signature = JSON.stringify(form.values);
  const test = useMutation(trpc.compute.hosts.test.mutationOptions({ onError: (error) => form.setErrors(fieldErrors(error)) }));
  const connect = (values: ConnectionValues): void => {
    form.clearErrors();
    test.mutate(
      { ...toConnection(values), ...(host ? { id: host.id } : {}) },
      { onSuccess: (result) => setOutcome({ result, with: JSON.stringify(values) }) },
    );
  };
  const trust = (tlsFingerprint: string): void => {
    const values = { ...form.values, tlsFingerprint };
    form.setValues(values);
    connect(values);
  };
  return { form, test, result: outcome?.with === signature ? outcome.result : null, connect: () => connect(form.values), trust };
}
