// Leaves a page whose session has ended, or whose browser has another customer now (ADR-0044).
import { useEffect } from "react";

const UNKNOWN = "-";
const NOBODY = "none";
// Whose page the server has sent; read before React draws anything.
const sent = globalThis.document?.querySelector("[data-owner]")?.dataset.owner;
let owner = sent === UNKNOWN ? undefined : sent;

const leave = (enter, why) => {
  const next = encodeURIComponent(location.pathname + location.search);
  location.replace(`${enter}?why=${why}&next=${next}`);
};

export default function SessionWatch({ now, enter, needed, why }) {
  useEffect(() => {
    if (now === UNKNOWN) return;
    owner ??= now;
    if (now === owner) return;
    if (owner === NOBODY) location.reload();
    else leave(enter, now === NOBODY ? "ended" : "other");
  }, [now]);
  useEffect(() => {
    if (needed) leave(enter, why);
  }, [needed]);
  return null;
}
