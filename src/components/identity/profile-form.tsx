"use client";

import { Button, Group, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { errorBodyOf } from "#components/api/errors.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { useNotify } from "#components/ui/use-notify.ts";

interface ProfileFormProps {
  me: { email: string; name: string; phoneNumber: string | null };
}

/** Name and telephone number. The e-mail address is what one signs in with and stays. */
export function ProfileForm({ me }: ProfileFormProps) {
  const t = useTranslations("settings.profile");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const form = useForm({
    initialValues: { name: me.name, phoneNumber: me.phoneNumber ?? "" },
    validate: {
      name: (value) => (value.trim() === "" ? t("nameMissing") : null),
      phoneNumber: (value) => (value.trim() === "" || /^\+?[0-9 ()-]{5,32}$/.test(value.trim()) ? null : t("phoneInvalid")),
    },
  });
  const save = useMutation(
    trpc.identity.updateMe.mutationOptions({
      onSuccess: (profile) => {
        form.setInitialValues({ name: profile.name, phoneNumber: profile.phoneNumber ?? "" });
        form.reset();
        void queryClient.invalidateQueries(trpc.identity.pathFilter());
        // The name also stands in the frame, which the server renders.
        router.refresh();
        notify.done(t("saved"));
      },
      onError: (error) => {
        if (errorBodyOf(error)?.details?.some((detail) => detail.field === "phoneNumber")) form.setFieldError("phoneNumber", t("phoneInvalid"));
      },
    }),
  );
  const submit = form.onSubmit(({ name, phoneNumber }) => save.mutate({ name: name.trim(), phoneNumber: phoneNumber.trim() || null }));
  return (
    <form onSubmit={submit} noValidate style={{ maxWidth: 420 }}>
      <TextInput label={t("email")} value={me.email} readOnly variant="filled" description={t("emailHelp")} />
      <TextInput mt="md" label={t("name")} autoComplete="name" maxLength={80} required {...form.getInputProps("name")} />
      <TextInput mt="md" label={t("phone")} description={t("phoneHelp")} type="tel" autoComplete="tel" maxLength={32} {...form.getInputProps("phoneNumber")} />
      {save.error && <ErrorState error={save.error} title={t("failed")} compact />}
      <Group mt="md" gap="xs">
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
          {t("save")}
        </Button>
        {form.isDirty() && (
          <Button variant="default" onClick={() => form.reset()}>
            {t("discard")}
          </Button>
        )}
      </Group>
    </form>
  );
}
