// The print button of a sheet. Without this script Ctrl+P does the same.
(() => {
  const button = document.getElementById("print");
  button.hidden = false;
  button.addEventListener("click", () => window.print());
})();
