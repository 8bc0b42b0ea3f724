// requestPayment of SDK v2, by card.

const CARD_CALL = 'payment().requestPayment({ method: "CARD" })';
const ORDER_FIELDS = [
  "method", "amount", "orderId", "orderName", "successUrl", "failUrl", "customerName",
  "customerEmail", "customerMobilePhone", "taxFreeAmount", "windowTarget", "pendingUrl", "metadata",
  "orderProductCode", "sandbox", "subOrders", "card",
];
const CARD_FIELDS = [
  "useEscrow", "taxExemptionAmount", "flowMode", "cardCompany", "easyPay", "cardInstallmentPlan",
  "maxCardInstallmentPlan", "freeInstallmentPlans", "useCardPoint", "useAppCardOnly",
  "discountCode", "validHours", "dueDate", "escrowProducts", "useInternationalCardOnly", "language",
  "showEstimatedAmount", "threeDS", "appScheme", "keyin", "showMobileAppHeader", "affiliateCards",
  "dividedSettlements",
];
const SWITCHED_FIELDS = [
  "useEscrow", "useCardPoint", "useAppCardOnly", "useInternationalCardOnly", "showMobileAppHeader",
];
const ORDER_ID = /^[A-Za-z0-9\-_=]{6,64}$/;
const INSTALLMENTS = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isWon = (value) => absent(value) || (Number.isSafeInteger(value) && value >= 0);
const isText = (value) => typeof value === "string" && value.trim() !== "" && value.length <= 100;

function checkAmount(amount) {
  if (!isObject(amount)) throw failure("INVALID_PARAMETERS");
  const { currency, value } = amount;
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency)) throw failure("INVALID_AMOUNT_CURRENCY");
  if (currency !== "KRW") throw missing("CURRENCY", "INVALID_AMOUNT_CURRENCY");
  if (typeof value !== "number") throw failure("INVALID_PARAMETERS");
  if (value <= 0) throw failure("BELOW_ZERO_AMOUNT");
  if (!Number.isSafeInteger(value)) throw failure("INVALID_AMOUNT_VALUE");
}

function checkMetadata(metadata) {
  if (absent(metadata)) return;
  const pairs = isObject(metadata) && Object.entries(metadata);
  const valid = pairs && pairs.length <= 5 && pairs.every(
    ([name, value]) =>
      name.length <= 40 && !/[[\]]/.test(name) && typeof value === "string" && value.length <= 2000,
  );
  if (!valid) throw failure("INVALID_METADATA");
}

function checkCard(card) {
  if (absent(card)) return;
  const valid =
    isObject(card) &&
    Object.keys(card).every((name) => CARD_FIELDS.includes(name)) &&
    SWITCHED_FIELDS.every((name) => absent(card[name]) || typeof card[name] === "boolean") &&
    oneOf(card.flowMode, ["DEFAULT", "DIRECT"]) &&
    oneOf(card.cardInstallmentPlan, INSTALLMENTS) &&
    oneOf(card.maxCardInstallmentPlan, INSTALLMENTS) &&
    (absent(card.cardInstallmentPlan) || absent(card.maxCardInstallmentPlan)) &&
    isWon(card.taxExemptionAmount) &&
    (card.flowMode !== "DIRECT" || !absent(card.cardCompany) || !absent(card.easyPay));
  if (!valid) throw failure("INVALID_PARAMETERS");
  if (card.flowMode === "DIRECT") throw missing("DIRECT", "NOT_SUPPORTED_METHOD");
  if (card.useInternationalCardOnly) throw missing("INTERNATIONAL", "NOT_SUPPORTED_METHOD");
}

function checkPayment(request, target) {
  if (!isObject(request) || absent(request.method)) throw failure("INVALID_PARAMETERS");
  if (request.method !== "CARD") {
    const { method } = request;
    throw Object.hasOwn(MISSING, method) ? missing(method, "NOT_SUPPORTED_METHOD") : failure("NOT_SUPPORTED_METHOD");
  }
  if (!Object.keys(request).every((name) => ORDER_FIELDS.includes(name))) throw failure("INVALID_PARAMETERS");
  checkAmount(request.amount);
  checkReturn(request, target);
  checkMetadata(request.metadata);
  const { value } = request.amount;
  const untaxed = (request.taxFreeAmount ?? 0) + (request.card?.taxExemptionAmount ?? 0);
  const valid =
    typeof request.orderId === "string" &&
    ORDER_ID.test(request.orderId) &&
    isText(request.orderName) &&
    shortText(request.customerName) &&
    shortText(request.customerEmail) &&
    (absent(request.customerMobilePhone) || /^[0-9]{8,15}$/.test(request.customerMobilePhone)) &&
    isWon(request.taxFreeAmount) &&
    oneOf(request.windowTarget, ["iframe", "self"]) &&
    !(request.windowTarget === "iframe" && isMobile());
  if (!valid) throw failure("INVALID_PARAMETERS");
  checkCard(request.card);
  if (untaxed > value) throw failure("INVALID_PARAMETERS");
}

// Without both addresses the promise itself is the answer, which only an iframe can give.
const isPromised = (request) => absent(request.successUrl) && absent(request.failUrl);

function checkReturn(request, target) {
  if (isPromised(request)) {
    if (target === "self" || !isAbsoluteHttp(location.origin)) throw failure("NOT_SUPPORTED_PROMISE");
    return;
  }
  if (!isAbsoluteHttp(request.successUrl)) throw failure("INCORRECT_SUCCESS_URL_FORMAT");
  if (!isAbsoluteHttp(request.failUrl)) throw failure("INCORRECT_FAIL_URL_FORMAT");
}

function promisedAnswer(query) {
  if (query.has("code")) throw new TossPaymentsError(query.get("code"), query.get("message"));
  return {
    paymentKey: query.get("paymentKey"),
    orderId: query.get("orderId"),
    amount: { currency: "KRW", value: Number(query.get("amount")) },
  };
}

function paymentParameters(clientKey, customerKey, request, target) {
  const card = request.card ?? {};
  return {
    purpose: "payment",
    clientKey,
    customerKey,
    method: "CARD",
    orderId: request.orderId,
    orderName: request.orderName,
    amount: request.amount.value,
    taxFreeAmount: request.taxFreeAmount,
    taxExemptionAmount: card.taxExemptionAmount,
    cardInstallmentPlan: card.cardInstallmentPlan,
    maxCardInstallmentPlan: card.maxCardInstallmentPlan,
    metadata: request.metadata && JSON.stringify(request.metadata),
    successUrl: request.successUrl ?? `${location.origin}/`,
    failUrl: request.failUrl ?? `${location.origin}/`,
    windowTarget: target,
  };
}

// The widgets that a shop renders say where they should be that there are none.
function noWidgets() {
  const fail = async () => {
    throw missing("WIDGETS", "NOT_SUPPORTED_METHOD");
  };
  const render = async (where) => {
    fillWith(where?.selector, sentenceAbout("WIDGETS"));
    return fail();
  };
  missing("WIDGETS", "NOT_SUPPORTED_METHOD");
  return {
    setAmount: async () => {},
    renderPaymentMethods: render,
    renderAgreement: render,
    renderPaymentWindow: render,
    requestPayment: fail,
    requestPaymentWindow: fail,
  };
}
