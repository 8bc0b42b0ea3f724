// The scripts of Toss's older widget and of brandpay, which the sandbox has not.

const CARD_CALL = 'TossPayments(clientKey).requestPayment("카드")';

window.PaymentWidget = () => {
  missing("WIDGETS", "NOT_SUPPORTED_METHOD");
  const render = (selector) => {
    fillWith(selector, sentenceAbout("WIDGETS"));
    return { on() {}, updateAmount() {}, getSelectedPaymentMethod: () => null };
  };
  return {
    renderPaymentMethods: render,
    renderAgreement: render,
    async requestPayment() {
      throw missing("WIDGETS", "NOT_SUPPORTED_METHOD");
    },
  };
};
window.PaymentWidget.ANONYMOUS = "@@ANONYMOUS";

window.BrandPay = () => {
  throw missing("BRANDPAY", "NOT_SUPPORTED_METHOD");
};
