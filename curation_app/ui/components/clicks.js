// Clicks (and Enter) on anything that names a place to go to: markup alone cannot tell the server.
export default function ({ parentElement, setTriggerValue }) {
  parentElement.stopListening?.();
  const go = (event) => {
    if (event.type === "keydown" && event.key !== "Enter") return;
    const target = event.target.closest?.("[data-go]");
    if (!target) return;
    event.preventDefault();
    event.stopPropagation();
    setTriggerValue("go", target.dataset.go);
  };
  document.addEventListener("click", go);
  document.addEventListener("keydown", go, true);
  parentElement.stopListening = () => {
    document.removeEventListener("click", go);
    document.removeEventListener("keydown", go, true);
  };
  return parentElement.stopListening;
}
