// SDK v2: TossPayments(clientKey).payment({ customerKey }).

const MESSAGES = {
  INVALID_CLIENT_KEY: "ClientKey 형태가 올바르지 않습니다.",
  INVALID_CUSTOMER_KEY:
    "고객키는 영문 대소문자, 숫자, 특수문자 -, _, =, ., @로 2자 이상 50자 이하여야 합니다.",
  INSECURE_KEY_USAGE: "시크릿 키는 클라이언트 코드에 노출되면 안 됩니다.",
  NOT_SUPPORTED_WIDGET_KEY:
    "API 개별 연동 키의 클라이언트 키로 SDK를 연동해주세요. 결제위젯 연동 키는 지원하지 않습니다.",
  NOT_SUPPORTED_METHOD: "지원되지 않는 결제수단입니다.",
  INCORRECT_SUCCESS_URL_FORMAT: "잘못된 successUrl 입니다.",
  INCORRECT_FAIL_URL_FORMAT: "잘못된 failUrl 입니다.",
  BELOW_ZERO_AMOUNT: "금액은 0보다 커야 합니다.",
  INVALID_AMOUNT_CURRENCY: "잘못된 통화 값입니다.",
  INVALID_AMOUNT_VALUE: "결제금액이 올바르지 않습니다.",
  INVALID_METADATA: "metadata가 올바르지 않습니다.",
  NOT_SUPPORTED_PROMISE: "Promise 방식을 지원하지 않습니다. successUrl, failUrl을 사용해주세요.",
  INVALID_METHOD_TRANSACTION: "이미 다른 요청을 수행하고 있어요.",
  INVALID_PARAMETERS:
    "필수 파라미터를 누락하거나, 정의되지 않은 파라미터를 추가하거나, 파라미터의 타입이 올바르지 않을 때 발생합니다.",
  USER_CANCEL: "취소되었습니다.",
  PAYMENT_REQUEST_ABORTED: "결제 요청이 중단되었습니다.",
  NO_ACTIVE_PAYMENT_REQUEST: "진행 중인 결제 요청이 없습니다.",
};
const ANONYMOUS = "@@ANONYMOUS";
const COMMON = ["method", "successUrl", "failUrl", "customerName", "customerEmail", "windowTarget"];
const ALLOWED = {
  CARD: [...COMMON, "selectableCardTypes", "flowMode", "easyPay", "cardCompany"],
  TRANSFER: [...COMMON, "transfer"],
};
const CARD_TYPES = ["PERSONAL", "CORPORATE"];
const EASY_PAY = ["토스페이", "TOSSPAY", "네이버페이", "NAVERPAY"];
const SECRET_KEY = /^(?:test|live)_g?sk_/;

const failure = (code) => new TossPaymentsError(code, MESSAGES[code]);
const absent = (value) => value === null || value === undefined;
const shortText = (value) => absent(value) || (typeof value === "string" && value.length <= 100);
const oneOf = (value, values) => absent(value) || values.includes(value);

function checkClientKey(key) {
  const match = typeof key === "string" && /^(?:test|live)_(gck|gsk|ck|sk)_/.exec(key);
  if (!match) throw failure("INVALID_CLIENT_KEY");
  if (match[1] === "gsk" || match[1] === "sk") throw failure("INSECURE_KEY_USAGE");
  if (match[1] === "gck") throw failure("NOT_SUPPORTED_WIDGET_KEY");
}

function checkCardTypes(types) {
  return absent(types) || (Array.isArray(types) && types.length > 0 && types.every((t) => CARD_TYPES.includes(t)));
}

function checkFlow({ flowMode, easyPay, cardCompany }) {
  const named = !absent(easyPay) || !absent(cardCompany);
  return (
    oneOf(flowMode, ["DEFAULT", "DIRECT"]) &&
    oneOf(easyPay, EASY_PAY) &&
    (absent(cardCompany) || typeof cardCompany === "string") &&
    (flowMode === "DIRECT" ? !absent(easyPay) : !named)
  );
}

function checkTransfer(transfer) {
  if (absent(transfer)) return true;
  const ci = typeof transfer === "object" && transfer.encryptedCustomerCi;
  return ci !== false && (absent(ci) || typeof ci === "string");
}

function checkRequest(request) {
  if (typeof request !== "object" || request === null) throw failure("INVALID_PARAMETERS");
  if (absent(request.method)) throw failure("INVALID_PARAMETERS");
  if (!Object.hasOwn(ALLOWED, request.method)) throw failure("NOT_SUPPORTED_METHOD");
  if (!Object.keys(request).every((name) => ALLOWED[request.method].includes(name))) {
    throw failure("INVALID_PARAMETERS");
  }
  if (!isAbsoluteHttp(request.successUrl)) throw failure("INCORRECT_SUCCESS_URL_FORMAT");
  if (!isAbsoluteHttp(request.failUrl)) throw failure("INCORRECT_FAIL_URL_FORMAT");
  const valid =
    shortText(request.customerName) &&
    shortText(request.customerEmail) &&
    oneOf(request.windowTarget, ["iframe", "self"]) &&
    checkFlow(request) &&
    checkTransfer(request.transfer) &&
    checkCardTypes(request.selectableCardTypes) &&
    // Iframes are refused on phones.
    !(request.windowTarget === "iframe" && isMobile());
  if (!valid) throw failure("INVALID_PARAMETERS");
  // DIRECT opens an easy pay provider's own window, which needs a contract with the provider.
  if (request.flowMode === "DIRECT") throw failure("NOT_SUPPORTED_METHOD");
}

function checkCustomerKey(key) {
  if (SECRET_KEY.test(key)) throw failure("INSECURE_KEY_USAGE");
  const valid = typeof key === "string" && (key === ANONYMOUS || CUSTOMER_KEY.test(key));
  if (!valid) throw failure("INVALID_CUSTOMER_KEY");
}

function payment(clientKey, customerKey) {
  let own = null;
  return {
    async requestBillingAuth(request) {
      checkRequest(request);
      // A billing key belongs to a customer, so it cannot be anonymous.
      if (customerKey === ANONYMOUS) throw failure("INVALID_CUSTOMER_KEY");
      if (pending) throw failure("INVALID_METHOD_TRANSACTION");
      const parameters = {
        clientKey,
        customerKey,
        method: request.method,
        successUrl: request.successUrl,
        failUrl: request.failUrl,
        cardTypes: request.selectableCardTypes?.join(","),
        windowTarget: request.windowTarget ?? (isMobile() ? "self" : "iframe"),
      };
      const ended = openWindow(parameters, () => failure("USER_CANCEL"));
      own = pending;
      await ended;
    },
    async requestPayment(request) {
      const target = request?.windowTarget ?? (isMobile() ? "self" : "iframe");
      checkPayment(request, target);
      if (pending) throw failure("INVALID_METHOD_TRANSACTION");
      const parameters = paymentParameters(clientKey, customerKey, request, target);
      const answer = isPromised(request) ? promisedAnswer : undefined;
      const ended = openWindow(parameters, () => failure("USER_CANCEL"), answer);
      own = pending;
      return ended;
    },
    async destroy() {
      // Toss's own types disagree on a call without an open window; a switch decides.
      if (own && own === pending) own.abort(failure("PAYMENT_REQUEST_ABORTED"));
      else if (SWITCHES.destroyNeedsWindow) throw failure("NO_ACTIVE_PAYMENT_REQUEST");
    },
  };
}

function TossPayments(clientKey) {
  return {
    payment(parameters) {
      checkClientKey(clientKey);
      checkCustomerKey(parameters?.customerKey);
      return payment(clientKey, parameters.customerKey);
    },
    widgets: noWidgets,
    brandpay() {
      throw missing("BRANDPAY", "NOT_SUPPORTED_METHOD");
    },
  };
}

TossPayments.ANONYMOUS = ANONYMOUS;
window.TossPayments = TossPayments;
