"use client";

import { Button } from "@mantine/core";
import { type ReactNode, useRef, useState } from "react";
import classes from "./file-drop.module.css";

interface FileDropProps {
  icon: ReactNode;
  /** "Drop a file here" */
  label: string;
  /** what the file must be */
  help?: string;
  chooseLabel: string;
  /** as of <input type="file">: a hint for the browser's dialog, no check */
  accept: string;
  /** also when the same file is chosen again */
  onFile: (file: File) => void;
}

/** Takes a file by button or by dropping it. */
export function FileDrop({ icon, label, help, chooseLabel, accept, onFile }: FileDropProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) onFile(file);
      }}
    >
      {icon}
      <p>{label}</p>
      {help !== undefined && <p className={classes.help}>{help}</p>}
      <Button size="sm" variant="default" onClick={() => input.current?.click()} data-autofocus>
        {chooseLabel}
      </Button>
      <input
        ref={input}
        type="file"
        accept={accept}
        className={classes.file}
        aria-label={chooseLabel}
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
