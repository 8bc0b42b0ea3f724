// What the sandbox does not have. It says so on the page and in the console, instead of Toss's words.

// In Korean with its particle; in English after "no".
const MISSING = {
  TRANSFER: ["한 번 결제하는 계좌이체가", "one-off payments by account transfer"],
  VIRTUAL_ACCOUNT: ["가상계좌가", "virtual accounts"],
  MOBILE_PHONE: ["휴대폰 결제가", "payments by mobile phone"],
  CULTURE_GIFT_CERTIFICATE: ["문화상품권이", "gift certificates"],
  BOOK_GIFT_CERTIFICATE: ["도서문화상품권이", "gift certificates"],
  GAME_GIFT_CERTIFICATE: ["게임문화상품권이", "gift certificates"],
  FOREIGN_EASY_PAY: ["해외 간편결제가", "foreign easy pay"],
  TOSSPAY: ["토스페이가", "Toss Pay"],
  DIRECT: ['카드사·간편결제사의 자체창(flowMode: "DIRECT")이', 'windows of card companies and easy pay (flowMode: "DIRECT")'],
  INTERNATIONAL: ["해외카드(useInternationalCardOnly)가", "international cards (useInternationalCardOnly)"],
  CURRENCY: ["원화(KRW)가 아닌 통화가", "currency but won (KRW)"],
  WIDGETS: ["결제위젯이", "widgets"],
  BRANDPAY: ["브랜드페이가", "brandpay"],
};

const isEnglish = () => /^en/i.test(document.documentElement.lang || navigator.language);

function sentenceAbout(name) {
  const [korean, english] = MISSING[name];
  return isEnglish()
    ? `The sandbox has no ${english}. Use ${CARD_CALL} for a payment by card.`
    : `샌드박스에는 ${korean} 없어요. 카드 결제는 ${CARD_CALL}로 해 주세요.`;
}

// Returns the error to throw.
function missing(name, code) {
  const sentence = sentenceAbout(name);
  console.error(`[tossbill sandbox] ${sentence}`);
  if (!placed(sentence).length) showNotice(sentence);
  return new TossPaymentsError(code, sentence);
}

// Styles are set on elements one by one, as in buildFrame.
function showNotice(sentence) {
  document.getElementById("tossbill-sandbox-notice")?.remove();
  const notice = boxWith(sentence);
  notice.id = "tossbill-sandbox-notice";
  notice.setAttribute("role", "alert");
  const close = document.createElement("button");
  close.textContent = isEnglish() ? "Close" : "닫기";
  close.addEventListener("click", () => notice.remove());
  Object.assign(close.style, {
    font: "inherit", fontWeight: "600", color: "inherit", background: "none", border: "0",
    minHeight: "44px", padding: "0", cursor: "pointer", textDecoration: "underline",
  });
  Object.assign(notice.style, {
    position: "fixed", zIndex: "2147483647", bottom: "20px", left: "50%",
    transform: "translateX(-50%)", width: "min(440px, calc(100vw - 40px))",
  });
  notice.append(close);
  document.body.append(notice);
}

// Into the element that should hold a widget; a page says the same once.
function fillWith(selector, sentence) {
  const element = typeof selector === "string" ? document.querySelector(selector) : selector;
  if (!element) return;
  const isSaid = placed(sentence).some((box) => !element.contains(box));
  element.replaceChildren(...(isSaid ? [] : [boxWith(sentence)]));
  document.getElementById("tossbill-sandbox-notice")?.remove();
}

// The boxes with a sentence in the shop's own elements.
function placed(sentence) {
  const boxes = [...document.querySelectorAll("[data-tossbill-sandbox-box]:not(#tossbill-sandbox-notice)")];
  return boxes.filter((box) => box.textContent === sentence);
}

function boxWith(sentence) {
  const box = document.createElement("div");
  box.dataset.tossbillSandboxBox = "";
  Object.assign(box.style, {
    boxSizing: "border-box", padding: "16px", borderRadius: "12px", borderLeft: "6px solid #f2b705",
    background: "#17181a", color: "#ffffff", font: "400 15px/1.5 system-ui, sans-serif",
    textAlign: "left", wordBreak: "keep-all", overflowWrap: "anywhere",
  });
  const text = document.createElement("p");
  text.textContent = sentence;
  text.style.margin = "0";
  box.append(text);
  return box;
}
