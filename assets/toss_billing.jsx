// The bridge between React and toss_billing.js, which does the work (see there).
import { useEffect, useRef } from "react";

// The prerendered page has loaded it before React. A page that React made (Reflex's dev server, a
// change of page inside the app) has not: there React never runs the script elements it renders.
// It has not run the page's inline script either, which keeps a press that comes too early.
let loading;
const keepEarlyPress = ({ target }) => {
  const button = target.closest("[data-toss-billing]");
  if (button && !window.tossBilling) window.tossPressed = button.dataset.tossBilling;
};
const tossBilling = () => {
  if (window.tossBilling) return Promise.resolve(window.tossBilling);
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/toss_billing.js";
    script.onload = () => resolve(window.tossBilling);
    script.onerror = () => {
      loading = undefined;
      reject(new Error("blocked"));
    };
    document.head.append(script);
  });
  return loading;
};

export default function TossBilling({ call, onSdkReady, onSdkError, onReject }) {
  const handlers = useRef({});
  handlers.current = { onSdkReady, onSdkError, onReject };

  useEffect(() => {
    const hear = ({ kind, code, message, method }, event) => {
      const { onSdkReady, onSdkError, onReject } = handlers.current;
      if (kind === "ready") onSdkReady?.();
      if (kind === "sdk_error") onSdkError?.(code, message);
      if (kind === "reject" && onReject) {
        event?.preventDefault();
        onReject(code, message, method);
      }
    };
    const listen = (event) => hear(event.detail, event);
    document.addEventListener("tossbilling", listen);
    document.addEventListener("click", keepEarlyPress);
    // What happened before React came; a rejection was dealt with by then.
    const missed = window.tossBilling?.last();
    if (missed && missed.kind !== "reject") hear(missed);
    return () => {
      document.removeEventListener("tossbilling", listen);
      document.removeEventListener("click", keepEarlyPress);
    };
  }, []);

  const key = call?.success_url ?? "";
  useEffect(() => {
    if (!key) return;
    tossBilling().then(
      ({ use }) => use(call),
      (error) => handlers.current.onSdkError?.("SDK_LOAD_FAILED", error.message),
    );
  }, [key]);

  return null;
}
