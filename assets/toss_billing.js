// Opens Toss's window. Runs before React and without it, so that the first press works.
//
// What to open with ("the call") comes from the page's data-call, or later from the TossBilling
// component. What happens is shown on <html data-sdk="idle|opening|open|failed">, for a card or an
// account (data-kind), and told as a
// "tossbilling" event, which the component turns into Reflex events.
(() => {
  "use strict";
  if (window.tossBilling) return;
  const LOAD_TIMEOUT_MS = 15000;
  const root = document.documentElement;
  const loading = new Map();
  let call = null;
  let kind = "card"; // or "account": what the window was last asked for
  let wanted = false;
  let last = null;

  const show = (state) => {
    root.dataset.sdk = state;
    root.dataset.kind = kind;
  };
  const tell = (what, code = "", message = "") => {
    const event = new CustomEvent("tossbilling", {
      cancelable: true,
      detail: { kind: what, code, message, method: kind },
    });
    last = event.detail;
    return document.dispatchEvent(event);
  };

  const load = (url) => {
    if (!loading.has(url)) {
      const script = document.createElement("script");
      const loaded = new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("timeout")), LOAD_TIMEOUT_MS);
        script.onload = () => {
          clearTimeout(timer);
          if (typeof window.TossPayments === "function") resolve(window.TossPayments);
          else reject(new Error("no TossPayments"));
        };
        script.onerror = () => reject(new Error("blocked"));
      }).catch((error) => {
        // Forget the failure, so that the next press tries again.
        loading.delete(url);
        script.remove();
        throw error;
      });
      script.src = url;
      document.head.append(script);
      loading.set(url, loaded);
    }
    return loading.get(url);
  };

  const ready = async (url) => {
    try {
      const TossPayments = await load(url);
      tell("ready");
      return TossPayments;
    } catch (error) {
      show("failed");
      tell("sdk_error", "SDK_LOAD_FAILED", String(error.message));
      return null;
    }
  };

  // The return address tells what to call it; only Toss's answer tells what it is.
  const named = (address) => {
    const url = new URL(address);
    if (kind === "account") url.searchParams.set("kind", kind);
    return url.href;
  };

  const request = (TossPayments, { client_key, customer_key, success_url, fail_url, sdk_url }) => {
    const urls = { successUrl: named(success_url), failUrl: named(fail_url) };
    const isAccount = kind === "account";
    const isV1 = new URL(sdk_url, location.href).pathname.split("/").includes("v1");
    if (isV1) {
      return TossPayments(client_key).requestBillingAuth(isAccount ? "계좌이체" : "카드", {
        customerKey: customer_key,
        ...urls,
      });
    }
    const payment = TossPayments(client_key).payment({ customerKey: customer_key });
    return payment.requestBillingAuth({ method: isAccount ? "TRANSFER" : "CARD", ...urls });
  };

  const rejected = (error) => {
    show("idle");
    const code = String(error?.code ?? "UNKNOWN");
    const message = String(error?.message ?? "");
    if (!tell("reject", code, message)) return; // the component took it
    const url = new URL(named(call.fail_url));
    url.searchParams.set("code", code);
    url.searchParams.set("message", message);
    location.assign(url);
  };

  // Toss would lead back here without a cookie, and nobody could tell who has registered.
  const askForCookies = () => {
    const url = new URL(location.href);
    url.searchParams.set("cookies", "asked");
    location.assign(url);
  };

  const open = async () => {
    if (root.dataset.sdk === "opening" || root.dataset.sdk === "open") return;
    if (!navigator.cookieEnabled) return askForCookies();
    show("opening");
    if (!call) {
      wanted = true;
      return;
    }
    const TossPayments = await ready(call.sdk_url);
    if (!TossPayments) return;
    show("open");
    try {
      await request(TossPayments, call);
    } catch (error) {
      rejected(error);
    }
  };

  const use = (next) => {
    call = next;
    if (wanted) {
      wanted = false;
      show("idle");
      open();
    } else {
      ready(next.sdk_url);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toss-billing]");
    if (!button || button.disabled) return;
    if (button.dataset.tossBilling !== "retry") kind = button.dataset.tossBilling;
    open();
  });
  // A page from the browser's back cache holds an old registration: ask for a fresh one.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
    // Some browsers fill in again what was typed into our own card form, for whoever goes back.
    const [arrival] = performance.getEntriesByType("navigation");
    if (arrival?.type === "back_forward") document.querySelector("form.card-form")?.reset();
  });

  window.tossBilling = { use, last: () => last };
  show("idle");
  // Pressed before we were here: the page has kept it.
  if (window.tossPressed) {
    if (window.tossPressed !== "retry") kind = window.tossPressed;
    open();
  }
  // We may be here before the element is: then the end of the document is soon enough.
  const useFilled = () => {
    const filled = document.querySelector("[data-call]");
    if (filled) use(JSON.parse(filled.dataset.call));
    return filled;
  };
  if (!useFilled()) document.addEventListener("DOMContentLoaded", useFilled);
})();
