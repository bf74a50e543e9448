// 大字 and 高对比, one submit at a time, and signing out. Everything works without.
(() => {
  const root = document.documentElement;
  document.querySelectorAll("[data-display]").forEach((control) => {
    const toggle = (event) => {
      event.preventDefault();
      const name = control.dataset.display;
      const on = root.classList.toggle(name);
      control.setAttribute("aria-pressed", String(on));
      const age = on ? 60 * 60 * 24 * 365 : 0;
      const cookie = name.replace("-", "_");
      document.cookie = `${cookie}=1; path=/; max-age=${age}; samesite=lax`;
    };
    control.addEventListener("click", toggle);
    control.addEventListener("keydown", (event) => {
      if (event.key === " ") toggle(event);
    });
  });

  const guarded = document.querySelectorAll("form[data-guard]");
  guarded.forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
    });
  });
  // A page that comes back from the browser's store may be sent again.
  window.addEventListener("pageshow", () => {
    guarded.forEach((form) => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
  });

  document.querySelector(".error-summary")?.focus();

  // What was typed stays on the server; the device keeps nothing after signing out.
  document.querySelector("form[data-sign-out]")?.addEventListener("submit", () => {
    localStorage.clear();
    indexedDB.deleteDatabase("redleader");
  });
})();
