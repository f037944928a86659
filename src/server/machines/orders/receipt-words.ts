/** What a sale's receipt says, in each language of documents. */
const en = {
  title: "Receipt",
  paidOn: (date: string) => `Paid on ${date} (UTC)`,
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  item: "Item",
  slot: "Slot",
  amount: "Amount",
  total: "Total",
  refunded: "Refunded since",
  kept: "Remains paid",
  machine: "Machine",
  order: (id: string) => `Order ${id}`,
  credits: (amount: string) => `${amount} credits`,
  byCard: (provider: string, reference: string) => `Paid by card through ${provider}; reference of the payment: ${reference}.`,
  byCredits: "Paid in credits.",
  missing: (names: string) => `Not charged, because it did not come out: ${names}.`,
  test: "the test provider (no money moved)",
};

const ko: typeof en = {
  title: "영수증",
  paidOn: (date) => `결제일 ${date} (UTC)`,
  page: (page, pages) => `${pages}쪽 중 ${page}쪽`,
  item: "상품",
  slot: "칸",
  amount: "금액",
  total: "합계",
  refunded: "환불 금액",
  kept: "환불 후 금액",
  machine: "기기",
  order: (id) => `주문 ${id}`,
  credits: (amount) => `${amount} 크레딧`,
  byCard: (provider, reference) => `카드 결제: ${provider}, 결제 참조 번호: ${reference}`,
  byCredits: "크레딧으로 결제했습니다.",
  missing: (names) => `나오지 않아 결제되지 않은 상품: ${names}`,
  test: "테스트 결제 (실제 결제 없음)",
};

export const RECEIPT_WORDS = { en, ko };
