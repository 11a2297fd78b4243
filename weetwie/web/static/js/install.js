// The pages that stay without a network.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js");
