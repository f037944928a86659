"use client";

import { Button, Checkbox } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { AddSshKeyDialog } from "../ssh-keys/add-ssh-key-dialog.tsx";
import type { SshKey } from "../types.ts";
import classes from "./create.module.css";

interface SshKeyFieldProps {
  keys: readonly SshKey[];
  value: string[];
  onChange: (ids: string[]) => void;
  mayCreate: boolean;
}

/** Who gets in: saved keys to put on the VM, a new one added here; a password comes in any case. */
export function SshKeyField({ keys, value, onChange, mayCreate }: SshKeyFieldProps) {
  const t = useTranslations("vm.create");
  const [adding, setAdding] = useState(false);
  return (
    <div>
      {keys.length > 0 && (
        <Checkbox.Group label={t("sshKeys")} value={value} onChange={onChange}>
          <div className={classes.keys} style={{ marginTop: 8 }}>
            {keys.map((key) => (
              <Checkbox key={key.id} value={key.id} label={key.name} description={<code className={classes.fingerprint}>{key.fingerprint}</code>} />
            ))}
          </div>
        </Checkbox.Group>
      )}
      {mayCreate && (
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
          {t("addSshKey")}
        </Button>
      )}
      <p className={classes.note}>{t("passwordNote")}</p>
      <AddSshKeyDialog
        opened={adding}
        onClose={() => setAdding(false)}
        onCreated={(key) => {
          onChange([...value, key.id]);
          setAdding(false);
        }}
      />
    </div>
  );
}
