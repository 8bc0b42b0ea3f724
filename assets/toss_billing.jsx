// The bridge between React and toss_billing.js, which does the work (see there).
import { useEffect, useRef } from "react";

export default function TossBilling({ call, onSdkReady, onSdkError, onReject }) {
  const handlers = useRef({});
  handlers.current = { onSdkReady, onSdkError, onReject };

  useEffect(() => {
    const hear = ({ kind, code, message }, event) => {
      const { onSdkReady, onSdkError, onReject } = handlers.current;
      if (kind === "ready") onSdkReady?.();
      if (kind === "sdk_error") onSdkError?.(code, message);
      if (kind === "reject" && onReject) {
        event?.preventDefault();
        onReject(code, message);
      }
    };
    const listen = (event) => hear(event.detail, event);
    document.addEventListener("tossbilling", listen);
    // What happened before React came; a rejection was dealt with by then.
    const missed = window.tossBilling?.last();
    if (missed && missed.kind !== "reject") hear(missed);
    return () => document.removeEventListener("tossbilling", listen);
  }, []);

  const key = call?.success_url ?? "";
  useEffect(() => {
    if (key) window.tossBilling?.use(call);
  }, [key]);

  return null;
}
