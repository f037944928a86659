/** What labels say, in each of their languages. */
export type LabelLanguage = "en" | "ko";

interface LabelWords {
  title: (count: number) => string;
  scan: string;
  type: string;
  until: (day: string) => string;
  serial: (serial: string) => string;
}

export const LABEL_WORDS: Record<LabelLanguage, LabelWords> = {
  en: {
    title: (count) => `Claim labels of ${count} machines`,
    scan: "Scan once to claim,",
    type: "or type the code below.",
    until: (day) => `Valid until ${day}`,
    serial: (serial) => `No. ${serial}`,
  },
  ko: {
    title: (count) => `기기 ${count}대의 등록 라벨`,
    scan: "한 번 스캔하여 등록하거나",
    type: "아래 코드를 입력하세요.",
    until: (day) => `${day}까지 유효`,
    serial: (serial) => `번호 ${serial}`,
  },
};
