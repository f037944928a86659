"use client";

import { Kbd, Modal } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useShortcutGroups } from "./shortcuts.tsx";
import classes from "./shortcuts-dialog.module.css";

/** The list of keys behind "?". */
export function ShortcutsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations("shell.keys");
  const groups = useShortcutGroups();
  return (
    <Modal opened={opened} onClose={onClose} title={t("title")} size="lg">
      <div className={classes.groups}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className={classes.title}>{group.title}</h3>
            <dl className={classes.list}>
              {group.shortcuts.map((shortcut) => (
                <div key={shortcut.keys} className={classes.pair}>
                  <dt>{shortcut.label}</dt>
                  <dd>
                    <Keys keys={shortcut.keys} then={t("then")} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

/** One key, or two after each other. */
function Keys({ keys, then }: { keys: string; then: string }) {
  const [first, second] = keys.split(" ");
  return (
    <>
      <Kbd>{first}</Kbd>
      {second !== undefined && (
        <>
          <span className={classes.then}>{then}</span>
          <Kbd>{second}</Kbd>
        </>
      )}
    </>
  );
}
