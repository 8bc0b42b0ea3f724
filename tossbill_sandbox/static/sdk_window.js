// Shared by both SDK versions: opens the window and receives its result.

// The sandbox's own address of a script, or Toss's, which has no "/js".
const PATH = /(?:\/js)?\/(?:v2\/standard|v1(?:\/payment)?)(?:[?#].*)?$/;
const SCRIPT = document.currentScript || [...document.scripts].find((s) => PATH.test(s.src));
const BASE = SCRIPT.src.replace(PATH, "");
const CUSTOMER_KEY = /^[A-Za-z0-9\-_=.@]{2,50}$/;
const isMobile = () => /Android|iPhone|iPad|iPod|Mobile/i.test(navigator.userAgent);

class TossPaymentsError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "TossPaymentsError";
    this.code = code;
  }
}

let pending = null;

// A page restored by the Back button has no open window, whatever its state says.
addEventListener("pageshow", (event) => {
  if (event.persisted && pending) pending.close();
});

function isAbsoluteHttp(value) {
  try {
    return typeof value === "string" && /^https?:\/\//i.test(value) && Boolean(new URL(value).host);
  } catch {
    return false;
  }
}

function windowAddress(parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined) query.set(name, value);
  }
  // The window speaks the language of the page that opens it; Toss has no such parameter.
  const { lang } = document.documentElement;
  if (lang) query.set("language", lang);
  return `${BASE}/window?${query}`;
}

// Never resolves: success, or a refusal by the card company, navigates the whole page. Given
// `answer`, the page stays, and the promise settles with what it makes of the parameters.
function openWindow(parameters, cancelError, answer) {
  if (parameters.windowTarget === "self") {
    location.assign(windowAddress(parameters));
    return new Promise(() => {});
  }
  return new Promise((resolve, reject) => {
    const frame = buildFrame(windowAddress({ ...parameters, parentOrigin: location.origin }));
    const focused = document.activeElement;
    const overflow = document.documentElement.style.overflow;

    const close = () => {
      removeEventListener("message", receive);
      document.removeEventListener("focusin", keepFocus);
      frame.dimmer.remove();
      document.documentElement.style.overflow = overflow;
      if (focused instanceof HTMLElement) focused.focus();
      pending = null;
    };
    const fail = (error) => {
      close();
      reject(error);
    };
    const settle = (url) => {
      close();
      resolve(new Promise((done) => done(answer(new URL(url).searchParams))));
    };
    const receive = (event) => {
      if (event.source !== frame.element.contentWindow || event.origin !== new URL(BASE).origin) return;
      const { source, ending, url, code, message, hint } = event.data || {};
      if (source !== "tossbill-sandbox-window") return;
      // The frame closes at once, so this is the only place to read it.
      if (hint) console.warn(`Tossbill sandbox: ${hint}`);
      if (ending === "canceled") fail(cancelError());
      else if (ending === "refused") fail(new TossPaymentsError(code, message));
      else if (answer && isAbsoluteHttp(url)) settle(url);
      else if (isAbsoluteHttp(url)) location.assign(url);
    };
    const keepFocus = (event) => {
      if (!frame.dimmer.contains(event.target)) frame.element.focus();
    };

    addEventListener("message", receive);
    document.addEventListener("focusin", keepFocus);
    document.documentElement.style.overflow = "hidden";
    document.body.append(frame.dimmer);
    frame.element.focus();
    pending = { close, abort: fail };
  });
}

// Styles are set on elements one by one, so the host's style-src need not allow anything.
function buildFrame(src) {
  const dimmer = document.createElement("div");
  dimmer.id = "___tosspayments_dimmer___";
  dimmer.setAttribute("role", "dialog");
  dimmer.setAttribute("aria-modal", "true");
  dimmer.setAttribute("aria-label", isEnglish() ? "Payment window" : "결제창");
  Object.assign(dimmer.style, {
    position: "fixed", inset: "0", zIndex: "2147483647", display: "flex",
    alignItems: "center", justifyContent: "center", background: "rgba(0, 0, 0, 0.5)",
  });
  const element = document.createElement("iframe");
  element.id = "___tosspayments_iframe___";
  element.title = isEnglish() ? "Payment window (practice)" : "결제창 (연습용)";
  element.src = src;
  Object.assign(element.style, {
    width: "min(480px, 100vw)", height: "min(760px, 100vh)", border: "0",
    borderRadius: innerWidth > 520 ? "16px" : "0", background: "transparent",
  });
  dimmer.append(element);
  return { dimmer, element };
}
