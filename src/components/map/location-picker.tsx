"use client";

import { Button, NumberInput, Skeleton } from "@mantine/core";
import { IconCurrentLocation } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { type ClipboardEvent, useState } from "react";
import { devicePosition, type PositionAnswer } from "./device-position.ts";
import { pastedPlace, placeOf, placeProblems, type PlaceInput, rounded } from "./place-input.ts";
import type { Place } from "./projection.ts";
import classes from "./map.module.css";

const HEIGHT = 320;

const LazyMap = dynamic(() => import("./pin-map.tsx").then((module) => module.PinMap), { ssr: false, loading: () => <Skeleton height={HEIGHT} /> });

interface LocationPickerProps {
  /** what the place is of */
  label: string;
  value: PlaceInput;
  onChange: (value: PlaceInput) => void;
  /** whether a coordinate that is missing beside the other is said to be so: after the form was sent, say */
  strict?: boolean;
}

/** A place: a pin on a map, its coordinates as numbers, or where this device is. The numbers alone do everything that the map does. */
export function LocationPicker({ label, value, onChange, strict = false }: LocationPickerProps) {
  const t = useTranslations("map");
  const [typed, setTyped] = useState<Record<keyof PlaceInput, string | number>>({ latitude: "", longitude: "" });
  // Whoever only passes through the fields keeps what the map shows.
  const [changed, setChanged] = useState(false);
  const [lookAt, setLookAt] = useState(0);
  const [asking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<PositionAnswer | null>(null);
  const problems = placeProblems(value);
  const set = (place: Place): void => {
    setAnswer(null);
    onChange(rounded(place));
  };
  const setAndShow = (place: Place): void => {
    set(place);
    setLookAt((count) => count + 1);
  };
  const locate = async (): Promise<void> => {
    setAsking(true);
    const got = await devicePosition(window);
    setAsking(false);
    if ("place" in got) setAndShow(got.place);
    setAnswer(got);
  };
  const onPaste = (event: ClipboardEvent): void => {
    const place = pastedPlace(event.clipboardData.getData("text"));
    if (!place) return;
    event.preventDefault();
    setAndShow(place);
  };
  const field = (axis: keyof PlaceInput, placeholder: string) => {
    const problem = problems[axis];
    return (
      <NumberInput
        label={t(axis)}
        placeholder={placeholder}
        decimalScale={6}
        hideControls
        clampBehavior="none"
        value={numberOf(typed[axis]) === value[axis] ? typed[axis] : (value[axis] ?? "")}
        onChange={(input) => {
          setTyped((all) => ({ ...all, [axis]: input }));
          setChanged(true);
          setAnswer(null);
          onChange({ ...value, [axis]: numberOf(input) });
        }}
        onBlur={() => {
          if (changed && placeOf(value)) setLookAt((count) => count + 1);
          setChanged(false);
        }}
        onPaste={onPaste}
        error={problem === "range" ? t(`${axis}Range`) : problem === "missing" && strict ? t("both") : undefined}
      />
    );
  };
  return (
    <fieldset className={classes.picker}>
      <legend className={classes.legend}>{label}</legend>
      <LazyMap label={t("pickOn", { label })} height={HEIGHT} place={placeOf(value)} onPlace={set} lookAt={lookAt} />
      <div className={classes.fields}>
        {field("latitude", "37.5665")}
        {field("longitude", "126.9780")}
        <Button variant="default" leftSection={<IconCurrentLocation size={16} aria-hidden />} onClick={() => void locate()} loading={asking}>
          {t("here")}
        </Button>
      </div>
      <div role="status">{answer && <Told answer={answer} />}</div>
    </fieldset>
  );
}

function Told({ answer }: { answer: PositionAnswer }) {
  const t = useTranslations("map");
  if ("problem" in answer) {
    return (
      <p className={classes.told} data-problem>
        {t(`problems.${answer.problem}`)}
      </p>
    );
  }
  return <p className={classes.told}>{t("found", { metres: Math.max(1, Math.round(answer.accuracyM)) })}</p>;
}

/** What was typed as a number; null for nothing, or only a sign yet. */
function numberOf(typed: string | number): number | null {
  if (typeof typed === "number") return typed;
  return typed.trim() === "" || Number.isNaN(Number(typed)) ? null : Number(typed);
}
