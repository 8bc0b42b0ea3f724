// Makes an open panel a step in the browser's history: back closes it, and closing it steps back.
import { useEffect, useRef } from "react";

// How many steps ago the page stood without a panel; unknown if it was opened at a panel's address.
const stepsBack = () => window.history.state?.panels ?? (window.location.search ? null : 0);

function goTo(query) {
  const { pathname, search } = window.location;
  const address = pathname + (query && `?${query}`);
  if (address === pathname + search) return;
  const state = window.history.state;
  const steps = stepsBack();
  if (query) {
    window.history.pushState({ ...state, panels: steps === null ? null : steps + 1 }, "", address);
  } else if (steps) {
    window.history.go(-steps);
  } else {
    window.history.replaceState({ ...state, panels: 0 }, "", address);
  }
}

export default function PanelSteps({ query, move, onEscape, onStep }) {
  const now = useRef({});
  now.current = { query, onEscape, onStep };

  useEffect(() => {
    if (move) goTo(query);
  }, [move]);

  useEffect(() => {
    const hear = (event) => {
      const isOurs = event.key === "Escape" && !event.isComposing && !event.defaultPrevented;
      if (isOurs && now.current.query) now.current.onEscape?.();
    };
    // Reflex takes the first step after a load for the load itself, and says nothing of it.
    const { pathname } = window.location;
    const follow = () => window.location.pathname === pathname && now.current.onStep?.();
    document.addEventListener("keydown", hear);
    window.addEventListener("popstate", follow);
    return () => {
      document.removeEventListener("keydown", hear);
      window.removeEventListener("popstate", follow);
    };
  }, []);

  return null;
}
