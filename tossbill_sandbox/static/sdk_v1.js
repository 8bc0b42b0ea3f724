// SDK v1 (frozen), billing only: TossPayments(clientKey).requestBillingAuth(method, …).

const invalid = (message) => new TossPaymentsError("INVALID_PARAMETER", message);
const canceled = () => new TossPaymentsError("USER_CANCEL", "취소되었습니다.");
const METHODS = { 카드: "CARD", CARD: "CARD", 계좌이체: "TRANSFER", TRANSFER: "TRANSFER" };

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
    async requestPayment() {
      throw invalid("연습용 결제창은 자동결제 등록만 지원합니다.");
    },
    async cancelPayment() {
      pending?.abort(canceled());
    },
  };
}

TossPayments.version = "sandbox";
window.TossPayments = TossPayments;
