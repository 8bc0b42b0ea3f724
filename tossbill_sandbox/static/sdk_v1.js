// SDK v1 (frozen): TossPayments(clientKey).requestBillingAuth(method, …) and requestPayment.

const CARD_CALL = 'requestPayment("카드")';
const invalid = (message) => new TossPaymentsError("INVALID_PARAMETER", message);
const canceled = () => new TossPaymentsError("USER_CANCEL", "취소되었습니다.");
const METHODS = { 카드: "CARD", CARD: "CARD", 계좌이체: "TRANSFER", TRANSFER: "TRANSFER" };
// Toss's other methods, by both of their names.
const OTHER_METHODS = {
  계좌이체: "TRANSFER",
  가상계좌: "VIRTUAL_ACCOUNT",
  휴대폰: "MOBILE_PHONE",
  문화상품권: "CULTURE_GIFT_CERTIFICATE",
  도서문화상품권: "BOOK_GIFT_CERTIFICATE",
  게임문화상품권: "GAME_GIFT_CERTIFICATE",
  해외간편결제: "FOREIGN_EASY_PAY",
  토스페이: "TOSSPAY",
  토스결제: "TOSSPAY",
};
const ORDER_ID = /^[A-Za-z0-9\-_=]{6,64}$/;

function checkRequest(method, request) {
  if (!Object.hasOwn(METHODS, method)) throw invalid("지원하지 않는 결제수단입니다.");
  if (typeof request !== "object" || request === null) throw invalid("파라미터가 필요합니다.");
  if (typeof request.customerKey !== "string" || !CUSTOMER_KEY.test(request.customerKey)) {
    throw invalid("customerKey가 올바르지 않습니다.");
  }
  if (!isAbsoluteHttp(request.successUrl)) throw invalid("successUrl이 올바르지 않습니다.");
  if (!isAbsoluteHttp(request.failUrl)) throw invalid("failUrl이 올바르지 않습니다.");
  if (request.windowTarget && !["iframe", "self"].includes(request.windowTarget)) {
    throw invalid("windowTarget이 올바르지 않습니다.");
  }
  for (const name of ["customerName", "customerEmail"]) {
    if (request[name] !== undefined && typeof request[name] !== "string") throw invalid(`${name}이 올바르지 않습니다.`);
  }
}

function checkPaymentMethod(method) {
  // Without a method Toss's window offers all of them; the sandbox's has the one.
  if (["카드", "CARD", "미선택", ""].includes(method)) return;
  const other = OTHER_METHODS[method] ?? (Object.values(OTHER_METHODS).includes(method) && method);
  if (other) throw missing(other, "NOT_SUPPORTED_METHOD");
  throw invalid("지원하지 않는 결제수단입니다.");
}

// Unknown parameters are ignored: Toss's own samples pass those of other methods along, and null.
function checkPayment(request) {
  if (typeof request !== "object" || request === null) throw invalid("파라미터가 필요합니다.");
  // Toss's samples pass the value of a text field.
  const isNumber = typeof request.amount === "number" || /^[0-9]+$/.test(request.amount);
  if (!isNumber || !Number.isSafeInteger(Number(request.amount)) || Number(request.amount) <= 0) {
    throw invalid("amount가 올바르지 않습니다.");
  }
  if (typeof request.orderId !== "string" || !ORDER_ID.test(request.orderId)) {
    throw invalid(
      "`orderId`는 영문 대소문자, 숫자, 특수문자(-, _) 만 허용합니다. 6자 이상 64자 이하여야 합니다.",
    );
  }
  const { orderName } = request;
  if (typeof orderName !== "string" || !orderName.trim() || orderName.length > 100) {
    throw invalid("orderName이 올바르지 않습니다.");
  }
  if (!isPromised(request)) {
    if (!isAbsoluteHttp(request.successUrl)) throw invalid("successUrl이 올바르지 않습니다.");
    if (!isAbsoluteHttp(request.failUrl)) throw invalid("failUrl이 올바르지 않습니다.");
  }
  if (request.windowTarget && !["iframe", "self"].includes(request.windowTarget)) {
    throw invalid("windowTarget이 올바르지 않습니다.");
  }
  if (request.currency && request.currency !== "KRW") throw missing("CURRENCY", "INVALID_PARAMETER");
  if (request.flowMode === "DIRECT") throw missing("DIRECT", "NOT_SUPPORTED_METHOD");
  if (request.useInternationalCardOnly) throw missing("INTERNATIONAL", "NOT_SUPPORTED_METHOD");
}

// Without both addresses the promise itself is the answer, which only an iframe can give.
const isPromised = (request) => !request.successUrl && !request.failUrl;

function promisedAnswer(query) {
  if (query.has("code")) throw new TossPaymentsError(query.get("code"), query.get("message"));
  const [paymentKey, orderId] = [query.get("paymentKey"), query.get("orderId")];
  return { paymentKey, orderId, amount: Number(query.get("amount")) };
}

function paymentParameters(clientKey, request) {
  const target = isPromised(request) ? "iframe" : request.windowTarget;
  return {
    purpose: "payment",
    script: "v1",
    clientKey,
    method: "CARD",
    orderId: request.orderId,
    orderName: request.orderName,
    amount: request.amount,
    taxFreeAmount: request.taxFreeAmount,
    cardInstallmentPlan: request.cardInstallmentPlan,
    maxCardInstallmentPlan: request.maxCardInstallmentPlan,
    metadata: request.metadata && JSON.stringify(request.metadata),
    successUrl: request.successUrl || `${location.origin}/`,
    failUrl: request.failUrl || `${location.origin}/`,
    windowTarget: target || (isMobile() ? "self" : "iframe"),
  };
}

// Ignores the original's second argument (clientUrl, serverUrl, …), which names Toss's servers.
function TossPayments(clientKey) {
  if (typeof clientKey !== "string" || !/^(?:test|live)_ck_/.test(clientKey)) {
    throw invalid("클라이언트 키가 올바르지 않습니다.");
  }
  return {
    async requestBillingAuth(method, request) {
      checkRequest(method, request);
      if (pending) throw invalid("이미 결제창이 열려 있습니다.");
      const parameters = {
        clientKey,
        customerKey: request.customerKey,
        method: METHODS[method],
        successUrl: request.successUrl,
        failUrl: request.failUrl,
        windowTarget: request.windowTarget || (isMobile() ? "self" : "iframe"),
      };
      await openWindow(parameters, canceled);
    },
    async requestPayment(method, request) {
      const [chosen, order] = typeof method === "object" ? ["", method] : [method, request];
      checkPaymentMethod(chosen);
      checkPayment(order);
      if (pending) throw invalid("이미 결제창이 열려 있습니다.");
      const answer = isPromised(order) ? promisedAnswer : undefined;
      return openWindow(paymentParameters(clientKey, order), canceled, answer);
    },
    async cancelPayment() {
      pending?.abort(canceled());
    },
  };
}

TossPayments.version = "sandbox";
window.TossPayments = TossPayments;
